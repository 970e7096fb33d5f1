"""Carriers' announcements: recognised when they were taught, grouped when they were not.

library = Library([Entry("17", "vacant, China Mobile", "vacant", fingerprint(samples))])
detector = AnnouncementDetector(library)
for block in sound:
    sightings = detector.feed(block)
sightings = detector.finish()
strange = detector.unknown()  # what was said and never taught: to be grouped
"""

from hearing.announcements.detector import AnnouncementDetector
from hearing.announcements.fingerprint import Fingerprint
from hearing.announcements.grouping import Group, alike, group, place, same
from hearing.announcements.library import Entry, Library
from hearing.announcements.taking import fingerprint

__all__ = [
    "AnnouncementDetector",
    "Entry",
    "Fingerprint",
    "Group",
    "Library",
    "alike",
    "fingerprint",
    "group",
    "place",
    "same",
]
