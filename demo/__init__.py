"""The demo: a drawn camera, drawn visitors and their stories; no product code imports it."""
