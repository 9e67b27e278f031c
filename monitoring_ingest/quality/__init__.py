"""Quality control: the tests, how they are run and kept, and what people decide about data."""
