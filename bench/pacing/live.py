"""The same hours on the real PBX and in the simulator: do they agree?

Usage: python -m bench.pacing.live [--pacers MODE…] [--minutes M] [--agents N] [--seed N] [--json]
Two Asterisks on loopback, agents with nailed-up phones, people whose rings and talks are short so
that minutes hold as many calls as a day; once by each mode. Then the simulator plays a scenario of
the same numbers with many seeds, and each live figure should lie among what it came to. Writes
out/bench/pacing_live.json. See docs/pacing.md, “Measured”.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean
from typing import Any, Final

import yaml

from bench.house import House, house
from bench.table import load_now, show, write
from cti.base.errors import UserError
from cti.logs import configure
from dialer.engine.attempts import FIRST_WORD
from dialer.pacing.options import PacerOptions
from dialer.simulator.pacers import maker
from dialer.simulator.results import Day
from dialer.simulator.scenario import Scenario
from dialer.simulator.world import simulate

WRAP_UP_S: Final = 2
GRACE_S: Final = 2.0
LOOK_S: Final = 0.2  # between looks at the board
INTERVAL: Final = 0.99
"""Of the simulated runs: a live figure within is as the simulator says. With eight figures, one of
twenty measurements has one outside although nothing is wrong."""
SPARE: Final = 2.0  # leads for so many times the calls expected


@dataclass(frozen=True, slots=True)
class People:
    """One way to behave. share: percent; times in seconds, anything between two alike likely."""

    share: int
    ring: tuple[float, float]
    talk: tuple[float, float] | None = None  # None: nobody answers
    sip: int = 486  # then what ends the call


PEOPLE: Final[Mapping[str, People]] = {
    "brief": People(20, ring=(1, 5), talk=(5, 13)),
    "chatty": People(20, ring=(1, 5), talk=(16, 36)),
    "busy": People(20, ring=(0.5, 1.5)),
    "out": People(40, ring=(7, 9), sip=480),
}
"""Four of ten answer, after 3 s on average, and talk for 17.5 s."""
COLUMNS: Final = {
    "pacer": "pacer",
    "figure": "figure",
    "live": "live",
    "simulated": "simulated",
    "low": "from",
    "high": "to",
    "within": "within",
}


def personas() -> dict[str, Any]:
    """The people as the world outside reads them."""
    return {
        "personas": {
            name: {"share": people.share, "ring": list(people.ring)}
            | (
                {"truth": "answered", "signal": "answer", "talk": list(people.talk)}
                if people.talk
                else {"truth": "busy" if people.sip == 486 else "no_answer", "signal": people.sip}
            )
            for name, people in PEOPLE.items()
        }
    }


def scenario(agents: int, minutes: float) -> Scenario:
    """The same people as the simulator reads them."""
    answering = [people for people in PEOPLE.values() if people.talk]
    others = [people for people in PEOPLE.values() if not people.talk]
    return Scenario.model_validate(
        {
            "name": "live",
            "hours": minutes / 60,
            "agents": agents,
            "answer": sum(people.share for people in answering) / 100,
            "ring": {
                "answered": _mixed((people.share, people.ring) for people in answering),
                "unanswered": _mixed((people.share, people.ring) for people in others),
            },
            "work": {
                "talk": _mixed((people.share, people.talk) for people in answering if people.talk),
                "wrap": WRAP_UP_S,
            },
            "grace_s": GRACE_S - FIRST_WORD,  # then the message begins
        }
    )


def _mixed(parts: Iterator[tuple[int, tuple[float, float]]]) -> dict[str, Any]:
    return {
        "is": "mixture",
        "parts": [
            {"share": share, "of": {"is": "uniform", "low": low, "high": high}}
            for share, (low, high) in parts
        ],
    }


@dataclass(frozen=True, slots=True)
class Figures:
    """One run. Rates are shares; handled: calls that agents had, per agent and minute."""

    occupancy: float
    abandon_rate: float
    answer_share: float
    handled: float

    @classmethod
    def of_day(cls, day: Day) -> "Figures":
        """Of a simulated one."""
        ended = day.answered + day.unanswered
        return cls(
            occupancy=day.occupancy,
            abandon_rate=day.abandon_rate,
            answer_share=day.answered / ended if ended else 0.0,
            handled=day.served / day.agents / (day.seconds / 60),
        )


@dataclass(slots=True)
class Watch:
    """What the board shows, looked at again and again."""

    place: House
    name: str
    busy_s: float = 0.0
    staff_s: float = 0.0

    async def run(self, seconds: float) -> Figures:
        """From now on, so long."""
        began = last = time.monotonic()
        while True:
            board = await self.place.board()
            now = time.monotonic()
            states = board["agents_by_state"]
            at_work = sum(states.get(s, 0) for s in ("reserved", "talking", "wrapping"))
            self.busy_s += at_work * (now - last)
            self.staff_s += (at_work + states.get("ready", 0)) * (now - last)
            last = now
            if now - began >= seconds:
                return await self._figures(board, seconds)
            await asyncio.sleep(LOOK_S)

    async def _figures(self, board: dict[str, Any], seconds: float) -> Figures:
        moment = await self.place.pacing(self.name)
        campaign = next(c for c in board["campaigns"] if c["name"] == self.name)
        unanswered = sum(campaign["outcomes"].get(name, 0) for name in _nobody())
        answered = moment["answered"]
        agents = sum(board["agents_by_state"].values())
        return Figures(
            occupancy=self.busy_s / self.staff_s,
            abandon_rate=moment["abandon_rate"],
            answer_share=answered / (answered + unanswered) if answered + unanswered else 0.0,
            handled=campaign["bridged"] / agents / (seconds / 60),
        )


def _nobody() -> tuple[str, ...]:
    """Outcomes of calls nobody answered."""
    return ("busy", "no_answer", "rejected", "unreachable", "powered_off", "congestion", "failed")


async def live(modes: Sequence[str], agents: int, minutes: float, seed: int) -> dict[str, Figures]:
    """Each mode once, on one house after the other's calls have ended."""
    with tempfile.TemporaryDirectory(prefix="cti-bench-") as folder:
        people = Path(folder) / "personas.yaml"
        people.write_text(yaml.safe_dump(personas()))
        state = Path(folder) / "house"
        state.mkdir()
        async with house(state, people, service="demo.service") as place:
            _tell(f"Hiring {agents} agents")
            await place.hire(agents)
            await place.sign_in()
            numbers = _numbers(seed)
            found = {}
            for mode in modes:
                count = int(SPARE * 60 * minutes * agents / 10)
                leads = [next(numbers) for _ in range(count)]
                await place.campaign(
                    mode,
                    leads,
                    mode=mode,
                    wrap_up_s=WRAP_UP_S,
                    calls_per_second=None,
                    record=False,
                    early={"listen": False},
                    answering={"detector": "none"},
                    pacing={"grace_s": GRACE_S, "window": "day"},
                )
                _tell(f"{mode}: {minutes:g} minutes on the PBX")
                await place.start(mode)
                found[mode] = await Watch(place, mode).run(60 * minutes)
                await place.finish(mode)
                await place.rest()
            return found


def _numbers(seed: int) -> Iterator[str]:
    """Numbers without order: what a number does follows from its digits."""
    rng = random.Random(seed)  # noqa: S311 - dice, not secrets
    for tail in rng.sample(range(10_000_000), 100_000):
        yield f"+861380{tail:07d}"


def simulated(mode: str, scene: Scenario, seeds: int) -> list[Figures]:
    """The same by the simulator, so many times."""
    make = maker(mode, PacerOptions())
    return [Figures.of_day(simulate(scene, make(), seed)) for seed in range(1, seeds + 1)]


def compare(mode: str, seen: Figures, days: Sequence[Figures]) -> list[dict[str, Any]]:
    """A row for each figure."""
    rows = []
    for name, value in asdict(seen).items():
        values = sorted(getattr(day, name) for day in days)
        cut = int(len(values) * (1 - INTERVAL) / 2)
        low, high = values[cut], values[-1 - cut]
        rows.append(
            {
                "pacer": mode,
                "figure": name,
                "live": round(value, 4),
                "simulated": round(fmean(values), 4),
                "low": round(low, 4),
                "high": round(high, 4),
                "within": low <= value <= high,
            }
        )
    return rows


def main() -> int:
    """Measure, simulate, compare."""
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--pacers", nargs="+", default=["progressive", "predictive"], metavar="MODE")
    asked.add_argument("--minutes", type=float, default=6.0)
    asked.add_argument("--agents", type=int, default=20)
    asked.add_argument("--seed", type=int, default=4, help="other people live")
    asked.add_argument("--seeds", type=int, default=200, help="of the simulator; 20 at least")
    asked.add_argument("--json", action="store_true", help="print the result as JSON")
    options = asked.parse_args()
    configure("warning")
    try:
        for mode in options.pacers:
            maker(mode, PacerOptions())
        seen = asyncio.run(live(options.pacers, options.agents, options.minutes, options.seed))
    except UserError as error:
        sys.exit(str(error))
    scene = scenario(options.agents, options.minutes)
    rows = []
    for mode, figures in seen.items():
        _tell(f"{mode}: {options.seeds} simulated runs")
        rows += compare(mode, figures, simulated(mode, scene, max(20, options.seeds)))
    result = {
        "agents": options.agents,
        "minutes": options.minutes,
        "seed": options.seed,
        "seeds": max(20, options.seeds),
        "interval": INTERVAL,
        "load_average": load_now(),
        "scenario": scene.model_dump(mode="json", by_alias=True, exclude_none=True),
        "all_within": all(row["within"] for row in rows),
        "rows": rows,
    }
    file = write("pacing_live", result)
    if options.json:
        sys.stdout.write(json.dumps(result, indent=2) + "\n")
    else:
        show(f"Live and simulated ({file})", COLUMNS, rows)
    return 0 if result["all_within"] else 1


def _tell(line: str) -> None:
    sys.stderr.write(f"· {line}\n")


if __name__ == "__main__":
    sys.exit(main())
