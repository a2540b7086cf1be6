"""The web service: read-only views of regions and their results."""
