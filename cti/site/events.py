"""What the site's settings publish."""

from dataclasses import dataclass

from cti.site.settings import SiteSettings


@dataclass(frozen=True, slots=True)
class SiteChanged:
    """The site's settings are now these."""

    now: SiteSettings
    changed: tuple[str, ...]
