"""Plan land use and commuting access: networks, travel times, access, sites, maps."""
