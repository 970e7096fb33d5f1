"""What the service says, in the reader's language.

Sentences are written in English where they are needed, as plain strings and f-strings, and stay
English in the log, the database, on the bus and on the command line. At the edge, where they
become JSON for a browser, they are understood again by their form and said in Chinese. See
docs/texts.md.
"""
