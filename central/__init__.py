"""The reference central server: it keeps every kiosk's log, issues bookings, and tells kiosks what to work by."""
