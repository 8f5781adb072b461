"""Lookbooks: people in garments on pages, as a short film and in an archive, under a brand's name and colours."""
