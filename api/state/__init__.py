"""What people make is kept: in SQLite beside what is served, or in PostgreSQL."""
