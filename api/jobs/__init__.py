"""Long work: runs of scenarios, each in a process of its own, told about while they run."""
