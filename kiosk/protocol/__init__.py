"""What kiosk and server say to each other, with a version."""
