"""`make bench-desk`: how quick the console is, in a real browser on a real PBX.

Answer → pop: from the moment the PBX says that the customer has answered (`answered_at` of the
attempt) until the person's name stands in the agent's page. Click → listening: from the
supervisor's click until the first sound of the call comes out of the supervisor's page. Pages: what
the first page of each role weighs on the wire with an empty cache, and when it can be used: its
heading is drawn, and the main thread has been free for half a second since (the start of that half
second counts).
"""

import argparse
import asyncio
import statistics
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

from playwright.async_api import expect

from bench.table import load_now, show, write
from tests.browser.chrome import Browsers, Window, open_browsers
from tests.browser.desk import PATIENCE_MS, Desk
from tests.browser.yard import ROLES, Town, open_town

WATCH_POP = """
() => {
    window.pops = {};
    const look = () => {
        const call = document.querySelector("[data-testid=call]");
        const person = document.querySelector("[data-testid=person]");
        const id = call?.dataset.call;
        if (!id || !person?.textContent || window.pops[id]) return;
        window.pops[id] = 1;  // drawn with the next frame
        requestAnimationFrame(() => { window.pops[id] = Date.now(); });
    };
    new MutationObserver(look).observe(document.body, {
        subtree: true, childList: true, attributes: true, characterData: true});
}
"""
WATCH_SOUND = """
() => {
    const button = [...document.querySelectorAll("button")].find((b) =>
        b.textContent.trim().startsWith("Listen"));
    window.clicked = null;
    window.heard = null;
    button.addEventListener("click", () => { window.clicked = performance.now(); }, {once: true});
    const context = window.ears ??= new AudioContext();
    const known = new Set();
    const sound = new Float32Array(256);
    const meters = [];
    const look = setInterval(() => {
        for (const line of window.lines) for (const {track} of line.getReceivers()) {
            if (!track || known.has(track)) continue;
            known.add(track);
            const meter = context.createAnalyser();
            meter.fftSize = 256;
            context.createMediaStreamSource(new MediaStream([track])).connect(meter);
            meters.push(meter);
        }
        if (window.clicked === null) return;
        for (const meter of meters) {
            meter.getFloatTimeDomainData(sound);
            if (sound.some((v) => Math.abs(v) > 0.02)) {
                window.heard = performance.now();
                clearInterval(look);
                return;
            }
        }
    }, 5);
}
"""
WATCH_TASKS = """
window.tasks = [];
new PerformanceObserver((list) => window.tasks.push(
    ...list.getEntries().map((e) => e.startTime + e.duration))).observe({entryTypes: ["longtask"]});
"""
WEIGHT = """
() => {
    const all = [...performance.getEntriesByType("navigation"),
                 ...performance.getEntriesByType("resource")];
    return {
        bytes: all.reduce((sum, e) => sum + e.transferSize, 0),
        requests: all.length,
        painted: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0,
        free: Math.max(0, ...window.tasks),
        now: performance.now(),
    };
}
"""


def spread(values: Sequence[float]) -> dict[str, float]:
    """Milliseconds: p50, p99 (the largest of fewer than a hundred), and how many."""
    ordered = sorted(values)
    p99 = ordered[min(len(ordered) - 1, round(0.99 * len(ordered)))]
    return {"p50": round(statistics.median(ordered), 1), "p99": round(p99, 1), "n": len(ordered)}


async def measure(calls: int, listens: int) -> dict[str, Any]:
    """All three measurements on one service."""
    with tempfile.TemporaryDirectory(prefix="desk-") as folder:
        async with AsyncExitStack() as undo:
            town = await open_town(Path(folder).resolve(), undo)
            browsers = await open_browsers(Path(folder), undo)
            pages = [await weigh(town, browsers, name) for name in ROLES if name != "bert"]
            await browsers.close_windows()
            anna = Desk(await let_in(town, browsers, "anna", "/desk"))
            await anna.begin()
            pops = await pop(town, anna, calls)
            heard = await listen(town, browsers, anna, listens)
            await town.clear()
            return {
                "load": load_now(),
                "pages": pages,
                "answer_to_pop_ms": spread(pops),
                "click_to_listening_ms": spread(heard),
            }


async def let_in(town: Town, browsers: Browsers, name: str, path: str) -> Window:
    """A window of somebody who is signed in."""
    window = await browsers.window(name, town.url)
    token = (await town.link(name)).partition("#")[2]
    answer = await window.context.request.post("/v1/session/link", data={"token": token})
    assert answer.ok, await answer.text()  # noqa: S101 - a measurement, not the product
    await window.page.goto(path)
    return window


async def weigh(town: Town, browsers: Browsers, name: str) -> dict[str, Any]:
    """The first page of this person, with nothing in the cache."""
    window = await browsers.window(name, town.url)
    token = (await town.link(name)).partition("#")[2]
    await window.context.request.post("/v1/session/link", data={"token": token})
    await window.context.add_init_script(WATCH_TASKS)
    page = window.page
    await page.goto("/", wait_until="networkidle")
    await expect(page.get_by_role("main")).to_be_visible()
    await page.wait_for_function("() => performance.now() > Math.max(0, ...window.tasks) + 500")
    found = await page.evaluate(WEIGHT)
    return {
        "role": ROLES[name],
        "kilobytes": round(found["bytes"] / 1000),
        "requests": found["requests"],
        "painted_ms": round(found["painted"]),
        "interactive_ms": round(max(found["painted"], found["free"])),
    }


async def pop(town: Town, anna: Desk, count: int) -> list[float]:
    """Milliseconds from each answer to the name in the page."""
    await anna.page.evaluate(WATCH_POP)
    numbers = [town.number("tone") for _ in range(count)]
    campaign = await town.campaign(*numbers, name="Pops")
    for _ in range(count):
        await anna.talking()
        await anna.part("hang-up").click()
        await anna.phase("ended")
        await anna.page.keyboard.press("5")
        await expect(anna.part("dispositions")).to_be_hidden(timeout=PATIENCE_MS)
    seen: dict[str, float] = await anna.page.evaluate("() => window.pops")
    params = {"campaign_id": campaign, "limit": 500}
    attempts = await town.ask("GET", "/v1/attempts", params=params)
    answered = {
        a["id"]: datetime.fromisoformat(a["answered_at"]).timestamp() * 1000
        for a in attempts
        if a["answered_at"]
    }
    return [seen[call] - at for call, at in answered.items() if seen.get(call, 0) > 1]


async def listen(town: Town, browsers: Browsers, anna: Desk, count: int) -> list[float]:
    """Milliseconds from each click to the first sound."""
    sofia = await let_in(town, browsers, "sofia", "/floor?agent=anna")
    button = sofia.page.get_by_role("button", name="Listen")
    stop = sofia.page.get_by_role("button", name="Stop")
    await town.campaign(town.number("tone"), name="Listening")
    await anna.talking()
    found = []
    for _ in range(count):
        await expect(button).to_be_enabled(timeout=PATIENCE_MS)
        await sofia.page.evaluate(WATCH_SOUND)
        await button.click()
        await sofia.page.wait_for_function("() => window.heard !== null", timeout=PATIENCE_MS)
        found.append(await sofia.page.evaluate("() => window.heard - window.clicked"))
        await stop.click()
        await expect(stop).to_be_hidden(timeout=PATIENCE_MS)
    return found


def main() -> None:
    """Measure, print tables, write out/bench/desk.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=60)
    parser.add_argument("--listens", type=int, default=40)
    given = parser.parse_args()
    result = asyncio.run(measure(given.calls, given.listens))
    show(
        "The first page of each role",
        {
            "role": "role",
            "kilobytes": "kB on the wire",
            "requests": "requests",
            "painted_ms": "painted ms",
            "interactive_ms": "interactive ms",
        },
        result["pages"],
    )
    rows = [
        {"what": what} | result[key]
        for what, key in (
            ("answer → pop", "answer_to_pop_ms"),
            ("click → listening", "click_to_listening_ms"),
        )
    ]
    show("Milliseconds", {"what": "", "p50": "p50", "p99": "p99", "n": "times"}, rows)
    write("desk", result)


if __name__ == "__main__":
    main()
