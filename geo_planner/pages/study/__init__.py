"""Pages of a study: overview, access map, check; what is assumed and where figures come from."""
