"""Side-by-side measurements on real extracts; run ``make bench``. Nothing here is a test."""
