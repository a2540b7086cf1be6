"""The pages of scenarios: their list, and the editor of one."""
