"""Searches on arrays, compiled with numba; nothing here knows tables, files or units of people."""
