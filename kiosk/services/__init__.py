"""One public method is one act is one transaction."""
