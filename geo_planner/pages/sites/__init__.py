"""The sites page: ranking, facts, rank confidence, what sites can be coloured by."""
