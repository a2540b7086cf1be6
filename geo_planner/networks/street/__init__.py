"""Street networks as arrays: graphs, speeds, turns, hierarchies, linking of points."""
