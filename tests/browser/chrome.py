"""The system's Chromium with a microphone that we choose, and pages that must not misbehave.

A page that logs an error, throws, or breaks the Content-Security-Policy fails its test.
"""

import asyncio
import re
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    async_playwright,
)

from cti.processes.programs import program
from tests.browser.sounds import STRANGER, VOICES, microphone

REPOSITORY = Path(__file__).resolve().parents[2]
AXE = REPOSITORY / "console/node_modules/axe-core/axe.min.js"
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
SCREEN = {"width": 1280, "height": 720}
FLAGS = (
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--disable-gpu",
)
LINES = """
(() => {
    const Real = window.RTCPeerConnection;
    window.lines = [];
    window.RTCPeerConnection = class extends Real {
        constructor(...given) { super(...given); window.lines.push(this); }
    };
    const devices = navigator.mediaDevices;
    if (!devices) return;
    const open = devices.getUserMedia.bind(devices);
    devices.getUserMedia = (wanted) => open(wanted.audio ? {...wanted, audio: {
        ...wanted.audio, echoCancellation: false, noiseSuppression: false, autoGainControl: false,
    }} : wanted);
})();
"""
"""Put into each page: remembers its peer connections, so that tests can count and listen, and
keeps the browser from taking a microphone's steady tone for noise."""

HEAR = """
async ({hertz, seconds}) => {
    const live = window.lines.filter((line) => line.connectionState === "connected");
    const line = live[live.length - 1];
    if (!line) return null;
    const track = line.getReceivers().map((r) => r.track).find((t) => t && t.kind === "audio");
    const context = window.ears ??= new AudioContext();
    await context.resume();
    const source = context.createMediaStreamSource(new MediaStream([track]));
    const analyser = context.createAnalyser();
    analyser.fftSize = 32768;
    source.connect(analyser);
    await new Promise((done) => setTimeout(done, seconds * 1000));
    const sound = new Float32Array(analyser.fftSize);
    analyser.getFloatTimeDomainData(sound);
    source.disconnect();
    const power = sound.reduce((sum, value) => sum + value * value, 0) / sound.length;
    // Goertzel: how much of the power lies at each of these frequencies
    return [Math.sqrt(power), ...hertz.map((f) => {
        const turn = 2 * Math.cos(2 * Math.PI * f / context.sampleRate);
        let a = 0, b = 0;
        for (const value of sound) [a, b] = [value + turn * a - b, a];
        const at = 2 * (a * a + b * b - turn * a * b) / sound.length ** 2;
        return power > 1e-9 ? at / power : 0;
    })];
}
"""
PACKETS = """
async () => {
    const total = {sent: 0, received: 0, lost: 0};
    for (const line of window.lines) {
        if (line.connectionState !== "connected") continue;
        for (const row of (await line.getStats()).values()) {
            if (row.type === "outbound-rtp") total.sent += row.packetsSent;
            if (row.type === "inbound-rtp") {
                total.received += row.packetsReceived;
                total.lost += row.packetsLost;
            }
        }
    }
    return total;
}
"""


@dataclass
class Heard:
    """One moment of what a page's phone plays: its RMS (0 to 1), and each frequency's share."""

    rms: float
    shares: dict[float, float]

    def has(self, hertz: float) -> bool:
        """Whether that tone is clearly there. Two or three tones together share the power."""
        return self.rms > 0.003 and self.shares[hertz] > 0.08

    def lacks(self, hertz: float) -> bool:
        """Whether of that tone nothing is there but noise."""
        return self.shares[hertz] < 0.005 or self.rms < 0.0005


class Misbehaved(AssertionError):
    """A page logged an error, threw, or broke the Content-Security-Policy."""


@dataclass
class Window:
    """One browser's context and page, of somebody who may be signed in."""

    name: str
    context: BrowserContext
    page: Page
    forgiven: list[str] = field(default_factory=list)
    """Regular expressions of console errors that the test itself causes."""
    faults: list[str] = field(default_factory=list)

    def forgive(self, *patterns: str) -> None:
        """Console errors like these are the test's own doing: a network cut, a refused request."""
        self.forgiven += patterns

    async def hear(self, *hertz: float, seconds: float = 0.8) -> Heard:
        """Listen to what the page's phone plays; seconds: more than the 0.7 that are judged."""
        found = await self.page.evaluate(HEAR, {"hertz": hertz, "seconds": seconds})
        assert found is not None, f"{self.name} has no line that is connected"
        return Heard(found[0], dict(zip(hertz, found[1:], strict=True)))

    async def connected(self) -> None:
        """Wait until the page's phone has a line."""
        await self.page.wait_for_function(
            "() => window.lines.some((line) => line.connectionState === 'connected')"
        )

    async def until_heard(self, *hertz: float, without: float | None = None) -> None:
        """Listen until all these tones are there, and that other one is not."""
        await self.connected()
        rest = [without] if without else []
        heard = await self.hear(*hertz, *rest)
        with suppress(TimeoutError):
            async with asyncio.timeout(15):
                while not (all(map(heard.has, hertz)) and all(map(heard.lacks, rest))):
                    heard = await self.hear(*hertz, *rest)
        assert all(map(heard.has, hertz)), f"{self.name} hears {heard}"
        assert all(map(heard.lacks, rest)), f"{self.name} hears {heard}"

    async def packets(self) -> dict[str, int]:
        """RTP packets of the page's connected lines: sent, received, lost."""
        counted: dict[str, int] = await self.page.evaluate(PACKETS)
        return counted

    async def accessible(self, *rules: str) -> None:
        """Hold the page against WCAG 2.2 AA with axe, or against some of its rules alone."""
        if not await self.page.evaluate("Boolean(window.axe)"):
            await self.page.evaluate(AXE.read_text())
        found = await self.page.evaluate(
            """async (only) => (await axe.run(document, {
                runOnly: only, resultTypes: ["violations"],
            })).violations.map((v) => ({
                id: v.id, help: v.help, where: v.nodes.map((n) => [n.html.slice(0, 200),
                    n.any.map((a) => a.message).join("; ")]),
            }))""",
            list(rules or WCAG),
        )
        assert not found, f"{self.page.url}: {found}"

    def settle(self) -> None:
        """Fail if the page misbehaved."""
        own = [f for f in self.faults if not any(re.search(p, f) for p in self.forgiven)]
        self.faults.clear()
        if own:
            raise Misbehaved(f"{self.name}: {own}")

    def watch(self, page: Page) -> None:
        """From now on remember what this page does wrong."""
        page.on("console", self._logged)
        page.on("pageerror", lambda error: self.faults.append(f"thrown: {error}"))

    def _logged(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.faults.append(f"{message.text} ({message.location.get('url', '')})")


@dataclass
class Browsers:
    """A Chromium for each voice, started when it is first needed. Use within `open_browsers`."""

    playwright: Playwright
    folder: Path
    undo: AsyncExitStack
    windows: list[Window] = field(default_factory=list)
    _running: dict[float, Browser] = field(default_factory=dict)

    async def voice(self, name: str) -> Browser:
        """The browser whose microphone hears what this person says."""
        hertz = VOICES.get(name, STRANGER)
        if hertz not in self._running:
            file = microphone(self.folder, hertz)
            browser = await self.playwright.chromium.launch(
                executable_path=program("chromium"),
                args=[*FLAGS, f"--use-file-for-fake-audio-capture={file}"],
            )
            self.undo.push_async_callback(browser.close)
            self._running[hertz] = browser
        return self._running[hertz]

    async def window(self, name: str, url: str, **more: Any) -> Window:
        """A new context, with cookies of its own, and a page; nothing is opened in it yet."""
        browser = await self.voice(name)
        context = await browser.new_context(
            base_url=url, **{"viewport": SCREEN, "locale": "en-GB", **more}
        )
        context.set_default_timeout(10_000)
        await context.add_init_script(LINES)
        window = Window(name, context, await context.new_page())
        window.watch(window.page)
        context.on("page", window.watch)
        self.windows.append(window)
        return window

    async def close_windows(self) -> Sequence[Window]:
        """Close all windows; returns them, as they may have misbehaved."""
        windows, self.windows = self.windows, []
        for window in windows:
            await window.context.close()
        return windows


async def open_browsers(folder: Path, undo: AsyncExitStack) -> Browsers:
    """Browsers whose microphones' sounds are kept in `folder`; `undo` ends them."""
    return Browsers(await undo.enter_async_context(async_playwright()), folder, undo)
