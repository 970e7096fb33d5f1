"""What the pacers decided and why: kept, told in words, and drawn."""
