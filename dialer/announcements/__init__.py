"""What carriers say: announcements that were taught, and those that nobody has named yet."""
