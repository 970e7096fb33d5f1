"""A pack of voices that nobody has to fetch: names only, and sounds made of noise."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bench.corpus import calls, voices
from bench.corpus.voices import Voice
from hearing.sighting import RATE, Samples

KOKORO = ("af_a", "af_b", "am_a", "am_b", "ef_a", "em_a", "em_b", "zf_a", "zf_b", "zm_a", "zm_b")


def hum(_voice: Voice, _language: str, text: str, speed: float = 1.0) -> Samples:
    """Something as long as the text, and another for another text."""
    rng = np.random.default_rng(list(text.encode()))
    noise = rng.standard_normal(round(RATE * (0.2 + len(text) / 40) / speed))
    return np.asarray(noise * voices.LOUD, np.float32)


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty cache with a pack of names; what is said is noise."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = tmp_path / "cti/voices-1"
    (folder / "package/voices").mkdir(parents=True)
    for name in KOKORO:
        (folder / f"package/voices/{name}.bin").touch()
    for person in ("en_US_f_Allison", "fr_CA_f_June", "it_IT_f_Menardi", "ru_RU_f_IvrvoiceRU"):
        for row in [row for rows in calls.words()["prompts"].values() for row in rows]:
            for name in [*row, *(f"digits/{digit}" for digit in range(10))]:
                file = folder / f"debian/usr/share/asterisk/sounds/{person}/{name}.gsm"
                file.parent.mkdir(parents=True, exist_ok=True)
                file.touch()
    monkeypatch.setattr(calls, "say", hum)
    voices.everybody.cache_clear()
    calls.background.cache_clear()
    yield folder
    voices.everybody.cache_clear()
    calls.background.cache_clear()
