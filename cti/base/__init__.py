"""What every room may use: the clock, ids, errors and text rules. No I/O, no other imports."""
