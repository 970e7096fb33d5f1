"""Dispositions changed later: kept with who, when and why."""
