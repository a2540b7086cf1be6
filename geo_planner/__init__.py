"""Plan land use and commuting access: networks, travel times, access, sites, maps."""

__version__ = "0.1.0"
