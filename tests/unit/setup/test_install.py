"""setup/install on a machine of stand-in commands: what it does, and what it leaves alone."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
TOOLS = [
    "bash",
    "env",
    "cat",
    "dirname",
    "flock",
    "ln",
    "mkdir",
    "mv",
    "readlink",
    "rm",
    "sha256sum",
]
FIND_PYTHON = 'case "$*" in *version_info*|*ensurepip*) exit 0;; esac\n'


class Machine:
    """A checkout with setup/ in it, and a PATH of which every command is known."""

    def __init__(self, folder: Path) -> None:
        self.checkout = folder / "checkout"
        self.commands = folder / "bin"
        self.calls = folder / "calls"
        self.asterisk = folder / "cache/cti/asterisk-22"
        self.commands.mkdir(parents=True)
        shutil.copytree(REPOSITORY / "setup", self.checkout / "setup")
        for name in ("requirements.lock", "pyproject.toml"):
            (self.checkout / name).write_text("first")
        for tool in TOOLS:
            (self.commands / tool).symlink_to(str(shutil.which(tool)))
        self.put("id", "echo 1000")

    def put(self, command: str, script: str = "") -> None:
        """A stand-in that notes that it was called, then does `script`."""
        path = self.commands / command
        path.write_text(f'#!/bin/bash\necho "{command} $*" >>{self.calls}\n{script}\n')
        path.chmod(0o755)

    def install(self, *parts: str) -> subprocess.CompletedProcess[str]:
        """Run setup/install in the checkout."""
        # setup/ adds the sbin folders to PATH; here they must stay out of sight
        steps = self.checkout / "setup/steps.sh"
        steps.write_text(steps.read_text().replace(":/usr/sbin:/sbin", ""))
        return subprocess.run(
            [self.checkout / "setup/install", *parts],
            env={"PATH": str(self.commands), "XDG_CACHE_HOME": str(self.asterisk.parents[1])},
            capture_output=True,
            text=True,
            check=False,
        )

    def called(self, command: str) -> list[str]:
        """The argument lists `command` was called with so far."""
        lines = self.calls.read_text().splitlines() if self.calls.exists() else []
        return [line.removeprefix(command).strip() for line in lines if line.startswith(command)]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine without any of our packages, whose user is not root."""
    return Machine(tmp_path)


def test_does_nothing_and_says_nothing_when_the_commands_are_there(machine: Machine) -> None:
    for command in ("redis-server", "mosquitto", "ffmpeg", "espeak-ng", "sox", "apt-get"):
        machine.put(command)
    done = machine.install("packages")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert machine.called("apt-get") == []


def test_a_plain_user_is_told_the_one_command_for_what_is_missing(machine: Machine) -> None:
    for command in ("mosquitto", "ffmpeg", "sox", "apt-get"):
        machine.put(command)
    done = machine.install("packages")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "✗ Missing: redis-server espeak-ng",
        "  → sudo apt-get install --no-install-recommends redis-server espeak-ng",
    ]
    assert machine.called("apt-get") == []


def test_an_unknown_part_is_refused(machine: Machine) -> None:
    done = machine.install("kitchen")
    assert done.returncode == 1
    assert "No such part: kitchen" in done.stderr


def test_python_is_installed_once_for_each_lock(machine: Machine) -> None:
    venv = machine.checkout / ".venv/bin"
    machine.put("python3", FIND_PYTHON)
    new_venv = f"mkdir -p {venv}; ln -s {machine.commands}/python3 {venv}/python"
    machine.put("uv", f'[ "$1" != venv ] || {{ {new_venv}; }}')
    first = machine.install("python")
    assert first.returncode == 0, first.stderr
    installs = ["pip install --require-hashes -r requirements.lock"]
    installs.append("pip install --no-deps --no-build-isolation -e .")
    assert [call for call in machine.called("uv") if call.startswith("pip")] == installs

    assert machine.install("python").stdout == ""
    (machine.checkout / "requirements.lock").write_text("second")
    assert machine.install("python").returncode == 0
    assert [call for call in machine.called("uv") if call.startswith("pip")] == installs * 2


def with_console(machine: Machine) -> Path:
    """The console's sources in the machine's checkout, and an npm that builds them."""
    for tool in ("find", "sort", "xargs"):
        (machine.commands / tool).symlink_to(str(shutil.which(tool)))
    console, programs = machine.checkout / "console", machine.checkout / ".venv/bin"
    for folder in (console / "src", programs):
        folder.mkdir(parents=True)
    (programs / "node").symlink_to(str(shutil.which("env")))
    (console / "package-lock.json").write_text("{}")
    (console / "src/page.tsx").write_text("first")
    machine.put(
        "npm",
        f'case "$*" in ci*) rm -rf node_modules; mkdir node_modules;;\n'
        f"*build) mkdir -p {console}/dist; >{console}/dist/index.html;; esac",
    )
    return console


def test_the_console_is_built_when_what_it_is_made_of_changes(machine: Machine) -> None:
    console = with_console(machine)
    fetch, build = "ci --no-audit --no-fund", "--prefix console run build"
    done = machine.install("console")
    assert done.returncode == 0, done.stderr
    assert machine.called("npm") == [fetch, build]

    (console / "src/page.tsx").touch()  # a newer time says nothing
    assert machine.install("console").stdout == ""
    (console / "src/page.tsx").write_text("second")
    assert machine.install("console").returncode == 0
    assert machine.called("npm") == [fetch, build, build]
    (console / "package-lock.json").write_text("{ }")
    assert machine.install("console").returncode == 0
    assert machine.called("npm") == [fetch, build, build, fetch, build]
    (console / "dist/index.html").unlink()
    assert machine.install("console").returncode == 0
    assert (console / "dist/index.html").exists()


@pytest.mark.parametrize(
    ("step", "words"),
    [("ci*", "npm could not fetch its packages"), ("*build", "The console could not be built")],
)
def test_a_console_that_fails_is_tried_again(machine: Machine, step: str, words: str) -> None:
    with_console(machine)
    machine.put("npm", f'case "$*" in {step}) exit 1;; ci*) mkdir -p node_modules;; esac')
    for _ in range(2):
        done = machine.install("console")
        assert (done.returncode, words in done.stderr) == (1, True)


def test_the_console_without_node_says_what_to_do(machine: Machine) -> None:
    with_console(machine)
    (machine.checkout / ".venv/bin/node").unlink()
    done = machine.install("console")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "✗ The console needs the Node of .venv",
        "  → setup/install python console",
    ]


def test_the_browser_comes_with_fonts_for_chinese(machine: Machine) -> None:
    machine.put("chromium")
    machine.put("apt-get")
    steps = machine.checkout / "setup/install"
    steps.write_text(steps.read_text().replace("/usr/share/fonts/", "/nowhere/"))
    assert machine.install("browser").stderr.splitlines() == [
        "✗ Missing: fonts-noto-cjk",
        "  → sudo apt-get install --no-install-recommends fonts-noto-cjk",
    ]


def test_no_fitting_python_is_said_in_one_sentence(machine: Machine) -> None:
    machine.put("python3", "exit 1")
    done = machine.install("python")
    assert done.returncode == 1
    assert "No Python 3.11, 3.12 or 3.13 found" in done.stderr


def test_asterisk_comes_even_from_a_mirror_that_lags_behind(machine: Machine) -> None:
    machine.put(
        "mmdebstrap",
        f'case "$*" in *Check-Valid-Until*true*) exit 1;; esac\n'
        f"mkdir -p {machine.asterisk}.part/usr/share/asterisk/sounds",
    )
    done = machine.install("asterisk")
    assert done.returncode == 0, done.stderr
    assert len(machine.called("mmdebstrap")) == 2
    assert (machine.asterisk / "usr/share/asterisk/sounds/en").is_symlink()
    assert not machine.asterisk.with_suffix(".part").exists()

    assert machine.install("asterisk").stdout == ""
    assert len(machine.called("mmdebstrap")) == 2


@pytest.mark.parametrize(("version", "fetched"), [("20.6.0~dfsg", 0), ("18.12.1", 1), ("", 1)])
def test_the_machines_own_asterisk_is_used_from_20_on(
    machine: Machine, version: str, fetched: int
) -> None:
    machine.put("asterisk", f'echo "Asterisk {version}"')
    machine.put("mmdebstrap", f"mkdir -p {machine.asterisk}.part/usr/share/asterisk/sounds")
    assert machine.install("asterisk").returncode == 0
    assert len(machine.called("mmdebstrap")) == fetched


def test_a_failed_fetch_leaves_no_half_asterisk(machine: Machine) -> None:
    machine.put("mmdebstrap", f"mkdir -p {machine.asterisk}.part; exit 1")
    done = machine.install("asterisk")
    assert done.returncode == 1
    assert "Asterisk could not be fetched" in done.stderr
    assert not machine.asterisk.exists()


def test_the_lock_names_no_index() -> None:
    lock = (REPOSITORY / "requirements.lock").read_text()
    assert "--hash=sha256:" in lock
    assert "://" not in lock


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed")
def test_shell_scripts_are_clean() -> None:
    files = [REPOSITORY / ".ci/run", *(REPOSITORY / "setup").rglob("*")]
    shell = [str(path.relative_to(REPOSITORY)) for path in files if is_shell(path)]
    assert "setup/install" in shell
    done = subprocess.run(
        ["shellcheck", "-x", *shell], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def is_shell(path: Path) -> bool:
    """Whether the file is a shell script, by name or by its first line."""
    if path.suffix or not path.is_file():
        return path.suffix == ".sh"
    return re.match(r"#!.*\b(ba)?sh\n", path.read_text()) is not None


def test_voices_of_the_bench_are_fetched_once_into_the_cache(machine: Machine) -> None:
    for command in ("flite", "npm"):
        machine.put(command)
    (machine.checkout / "setup/voices").write_text(
        f'#!/bin/bash\necho "voices $*" >>{machine.calls}\nmkdir -p "$2/wheels/hibari"\n'
    )
    steps = machine.checkout / "setup/install"
    steps.write_text(steps.read_text().replace("libopencore-amrnb0:/usr/lib/*", "amr:/usr/bin"))
    steps.write_text(steps.read_text().replace("/usr/bin/libopencore-amrnb.so.0", "/usr/bin/env"))
    voices = machine.asterisk.with_name("voices-1")
    for _ in range(2):
        done = machine.install("bench")
        assert (done.returncode, done.stderr) == (0, "")
    assert voices.is_dir()
    assert machine.called("voices") == [f".venv/bin/python {voices}"]
