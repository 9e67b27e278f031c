"""The doors by which readings come in: files, pushes, the inbox, declared sources; and trying before it counts."""
