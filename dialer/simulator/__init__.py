"""A floor that exists in numbers only: the live pacers and floor rules in virtual time."""
