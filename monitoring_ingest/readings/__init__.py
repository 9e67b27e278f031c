"""What a reading is, before anything is stored: its row, its checks, its fate in words, and what it replaces."""
