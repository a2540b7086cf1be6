"""Readers of outside formats: each hands over plain, validated tables."""
