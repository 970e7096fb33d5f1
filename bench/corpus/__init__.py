"""Labelled sounds of calls, made from a seed, and what a telephone line does to them."""
