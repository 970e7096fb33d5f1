"""Who hears whom: every voice of the tests is a tone of its own."""

import asyncio
from pathlib import Path

import numpy as np

from tests.pbx.house import RATE, House, decode_ear, level

TONES = (440, 1000, 1600, 2100, 2700)
SILENT = 0.003  # RMS: -50 dB


async def heard(
    house: House, at: str, folder: Path, seconds: float = 0.8, settle: float = 0.3
) -> dict[int, float]:
    """What somebody hears just now: each tone's share of it; silence has none.

    at: the beginning of a persona's context, or a robot's phone.
    """
    await asyncio.sleep(settle)
    file = folder / f"{at}-{len(list(folder.iterdir()))}.sln48"
    await house.ear(file, at)
    size = int(seconds * RATE)
    await house.until(lambda: len(decode_ear(file)) >= size, f"{at} heard")
    sound = decode_ear(file)[:size]
    if np.sqrt((sound**2).mean()) < SILENT:
        return dict.fromkeys(TONES, 0.0)
    return {hertz: round(float(level(sound[:, None], hertz)[0]), 3) for hertz in TONES}
