"""Files with rows and features: opened, decoded, brought to columns, points and shapes."""
