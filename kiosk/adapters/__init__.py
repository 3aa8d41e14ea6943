"""The world outside: database, server, devices."""
