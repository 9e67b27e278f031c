"""What loading refuses: an agreement held against the grammar, the register and itself; imported by the registry."""
