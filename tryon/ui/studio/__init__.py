"""The studio's part of the page: designing, styles, suggestions and lookbooks, a panel each."""
