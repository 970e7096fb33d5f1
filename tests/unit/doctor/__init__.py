"""The examination of parts."""
