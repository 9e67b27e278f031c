"""Writing keys: who may write for which stations."""
