"""The policy in figures: the page, and its two printed sides."""
