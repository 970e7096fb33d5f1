"""Files that a page hands out."""

import csv
import io

from playwright.async_api import Download


async def rows_of(download: Download) -> list[dict[str, str]]:
    """The rows of a CSV file, by column."""
    text = (await download.path()).read_text("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))
