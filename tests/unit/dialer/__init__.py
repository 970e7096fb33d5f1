"""Tests of the dialer's rules, and of the hopper against a private Redis."""
