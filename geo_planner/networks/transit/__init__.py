"""Timetables as arrays: days, patterns, trips, transfers, ways within stations, fares."""
