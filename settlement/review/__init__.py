"""What people decide about a settlement."""
