"""From what plans allow to floor area and jobs."""
