"""Rasters: opened as one grid, summed over zones, sampled, made into zones, shown on maps."""
