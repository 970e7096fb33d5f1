"""Pacers against each other: many simulated days, and the same day through the real PBX."""
