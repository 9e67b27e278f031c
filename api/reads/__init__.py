"""What pages, routes and commands show, read from the store: plain rows, no words of a language."""
