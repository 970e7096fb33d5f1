"""The agent's desk: what one agent sees of the call in hand, and does."""
