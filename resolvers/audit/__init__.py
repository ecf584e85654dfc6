"""The audit log, read in pages and followed as a feed."""
