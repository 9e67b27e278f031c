"""What people decide about a settlement, and `check`: whether what is stored is still what was decided."""
