"""The one document of a settlement (结算书), what it rests on, and its canonical form."""
