"""Formats in which readings are sent: bytes in, frames of readings out. Nothing here knows a door or a database."""
