"""Plans: which rules where, what it allows, how ready a site is."""
