"""What people read, where it is the same on every page."""
