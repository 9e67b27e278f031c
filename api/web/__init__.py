"""What every route shares: who asks, bodies, errors, tables, downloads, and the shapes of the API."""
