"""The page that asks from any point: a service answers it."""
