"""The document printed: words, PDF, workbooks with live formulas."""
