"""Comparison pages: figures, story, edits on the map, ranking, a brief, pairs."""
