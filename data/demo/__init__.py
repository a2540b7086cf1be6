"""Make the embedded demo data: a synthetic Ballerup in its real frame.

Each module holds one subject. Coordinates in the hand-drawn tables are hectometres east and north
of (700 000, 6 170 000) in EPSG:25832, so that a generalised place is three or four digits long.
"""
