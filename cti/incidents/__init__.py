"""What a person should look at, kept for those who were not there when it happened."""
