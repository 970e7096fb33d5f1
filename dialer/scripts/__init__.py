"""Scripts: what agents are to say and ask, step by step."""
