"""What became of what was sent, told afterwards: receipts page by page, the revisions of one value."""
