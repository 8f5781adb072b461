"""The studio: what can be done with garments beside wearing them. Works without the page."""
