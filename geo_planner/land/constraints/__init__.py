"""What lies on sites and takes ground away."""
