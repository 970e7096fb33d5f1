"""Alembic's folder: how a database got its present shape, one step after the other.

The steps are written by hand and import no model, so that this room knows no other; a test
compares their result with all models.
"""
