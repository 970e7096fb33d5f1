"""Looks at every part that calls depend on, and names the cure of each fault."""
