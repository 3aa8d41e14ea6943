"""The rules, pure: no device, no database, no clock of its own."""
