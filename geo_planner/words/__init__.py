"""Texts of every code, in every language; used at the edge: pages, briefs, commands, exports."""
