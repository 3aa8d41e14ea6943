"""The on-site check-in and health-screening kiosk."""
