"""The addresses of the API and of the pages: each parses, calls one read or act, and shapes the answer."""
