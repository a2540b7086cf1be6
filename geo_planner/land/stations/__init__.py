"""Nearness to stations and what it allows."""
