//! The live channel's hub: shared newest-only frames, bounded personal queues.
