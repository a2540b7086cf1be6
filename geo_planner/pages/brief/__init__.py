"""The site brief: one A4 side on one site."""
