"""The only room that knows AMI names: the link to Asterisk, typed actions out, typed events in.

AMI is Asterisk's manager interface: blocks of `Key: value` lines over TCP, ended by an empty line.
"""
