"""What the authority writes and both sides read: policy, declaration and plan, from TOML to checked records.

One reader for each, so that a text means the same beside a kiosk as on the server and has the same mistakes.
"""
