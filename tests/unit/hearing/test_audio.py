"""Any file becomes blocks of samples, or one sentence."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from cti.base.errors import UserError
from hearing.audio import from_pcm16, read_audio, to_pcm16, write_wav
from hearing.sighting import RATE, Samples

TONE = (0.3 * np.sin(2 * np.pi * 440 * np.arange(2 * RATE) / RATE)).astype(np.float32)


def read(path: Path) -> Samples:
    return np.concatenate(list(read_audio(path)))


@pytest.fixture(scope="module")
def tone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("audio") / "tone.wav"
    write_wav(path, TONE)
    return path


def encode(source: Path, target: Path, *options: str) -> Path:
    subprocess.run(["ffmpeg", "-v", "error", "-i", source, *options, target], check=True)
    return target


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.wav", "-c:a pcm_alaw"),
        ("u.wav", "-c:a pcm_mulaw"),
        ("gsm.wav", "-c:a gsm_ms"),
        ("stereo.wav", "-af pan=stereo|c0=c0|c1=c0 -ar 44100 -c:a pcm_f32le"),
        ("stereo.mp3", "-af pan=stereo|c0=c0|c1=c0 -ar 44100"),
        ("a.m4a", "-ar 16000"),
        ("a.ogg", "-ar 48000 -c:a libopus"),
        ("a.gsm", "-c:a libgsm"),
        ("a.ulaw", "-f mulaw"),
        ("a.alaw", "-f alaw"),
        ("a.raw", "-f s16le"),
        ("a.sln48", "-ar 48000 -f s16le"),
        ("a.G722", "-ar 16000 -f g722"),
    ],
)
def test_every_format_becomes_the_same_sound(
    tone: Path, tmp_path: Path, name: str, options: str
) -> None:
    sound = read(encode(tone, tmp_path / name, *options.split()))
    assert sound.dtype == np.float32
    assert len(sound) == pytest.approx(len(TONE), abs=1200)  # codecs pad
    spectrum = np.abs(np.fft.rfft(sound[:RATE]))
    assert int(spectrum.argmax()) == 440
    assert sound[RATE // 2 : RATE].std() == pytest.approx(TONE.std(), rel=0.08)


def test_wav_keeps_every_sample(tone: Path) -> None:
    assert np.array_equal(read(tone), from_pcm16(to_pcm16(TONE).tobytes()))


def test_blocks_have_the_size_asked_for(tone: Path) -> None:
    sizes = [len(block) for block in read_audio(tone, block_s=0.3)]
    assert sizes == [2400] * 6 + [1600]


def test_the_reader_may_stop_early_in_a_file_of_hours(tmp_path: Path) -> None:
    long = tmp_path / "three hours.raw"
    with long.open("wb") as out:
        out.truncate(3 * 3600 * RATE * 2)
    blocks = read_audio(long)
    assert isinstance(blocks, Iterator)
    assert len(next(blocks)) == RATE
    blocks.close()  # type: ignore[attr-defined]  # ends ffmpeg; an orphan would warn


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.wav", b"", "is empty"),
        ("noise.wav", np.random.default_rng(1).bytes(9000), "cannot be read as audio"),
        ("noise.mp3", np.random.default_rng(2).bytes(9000), "cannot be read as audio"),
        ("words.wav", b"not a sound\n" * 50, "cannot be read as audio"),
        ("list.m3u8", b"#EXTM3U\n#EXTINF:1,\n/etc/passwd\n", "cannot be read as audio"),
        ("odd.raw", b"\x01", "cannot be read as audio"),
    ],
)
def test_what_is_not_audio_is_said_in_one_sentence(
    tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UserError, match=says) as fault:
        read(path)
    assert str(path) in fault.value.what


def test_a_header_without_sound_a_missing_file_and_a_folder(tone: Path, tmp_path: Path) -> None:
    header = tmp_path / "header.wav"
    header.write_bytes(tone.read_bytes()[:44])
    with pytest.raises(UserError, match="there is no sound in it"):
        read(header)
    with pytest.raises(UserError, match="There is no file"):
        read(tmp_path / "none.wav")
    with pytest.raises(UserError, match="is not a file"):
        read(tmp_path)


def test_a_file_cut_short_gives_what_it_has(tone: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.wav"
    cut.write_bytes(tone.read_bytes()[: 44 + RATE])
    assert len(read(cut)) == RATE // 2


def test_a_name_cannot_make_ffmpeg_read_something_else(tone: Path, tmp_path: Path) -> None:
    odd = tmp_path / "-i http:x|concat%d.wav"
    odd.write_bytes(tone.read_bytes())
    assert len(read(odd)) == len(TONE)


def test_pcm16_clips_and_leaves_off_half_a_sample() -> None:
    assert to_pcm16(np.array([-2, -1, 0, 1, 2], np.float32)).tolist() == [
        *(-32768, -32768, 0),
        *(32767, 32767),
    ]
    assert from_pcm16(b"\x00\x40\x01").tolist() == [0.5]


def test_wav_is_written_block_by_block(tmp_path: Path) -> None:
    path = tmp_path / "blocks.wav"
    write_wav(path, (TONE[at : at + 700] for at in range(0, len(TONE), 700)))
    assert len(read(path)) == len(TONE)
