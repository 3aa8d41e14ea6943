"""What people see: one .py and one .kv each, thin."""
