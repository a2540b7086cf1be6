"""Road centre lines without topology, made into streets and street nodes."""

from geo_planner.sources.lines.extract import LinesExtract, read_lines

__all__ = ["LinesExtract", "read_lines"]
