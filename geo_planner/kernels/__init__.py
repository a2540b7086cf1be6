"""Searches on arrays, compiled with numba; nothing here knows tables, files or units of people."""

from geo_planner.kernels.compiled import keep_compiled_code

keep_compiled_code()
