"""Folium maps and the pages around them."""
