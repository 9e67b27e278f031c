"""For whoever writes an agreement: review, differences, figures, schema, changes, and stops certain to come."""
