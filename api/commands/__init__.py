"""The commands of ``hengjie``: each parses, calls one function of the packages, and tells."""
