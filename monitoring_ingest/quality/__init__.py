"""Quality control as it is run and kept, and what people decide about data. The tests themselves are one level up."""
