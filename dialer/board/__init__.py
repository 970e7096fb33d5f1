"""The live board: what the terminal and the browser draw, as one document."""
