"""What is heard on a line: sound in, sightings out.

Knows nothing of calls, campaigns or Asterisk.
"""
