"""The command line against the real HTTP application, with services that only pretend."""
