"""Environmental classes of sites and the homes that limit them."""
