"""What the log's benchmark is made of: acts and raw syncs, a drain beside raw posts, lookups in a large copy."""
