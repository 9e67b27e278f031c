"""What people and programs write, and the one way it is read: numbers, texts, marks, units, YAML and registers."""
