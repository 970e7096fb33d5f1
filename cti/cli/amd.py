"""`cti amd …`"""

import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cti.base.errors import UserError
from cti.cli.options import Json, State, connect, find_campaign, load_settings, segment
from cti.cli.output import local, note, print_facts, print_json, print_table, say

if TYPE_CHECKING:  # loaded when it runs: the models take a while
    from cti.client import Client
    from hearing.speech.site import Labelled

app = typer.Typer(
    help="Who answers: person, machine or menu. What runs, and learning from your own calls.",
    no_args_is_help=True,
)
PAGE = 1000


def model_folder(state: Path | None) -> Path:
    """Where a site's own models are."""
    return load_settings(state=state).state / "amd"


@app.command()
def show(*, state: State = None, as_json: Json = False) -> None:
    """Which model runs, since when, and how good it is. Needs no running service."""
    from hearing.speech.telling import describe  # noqa: PLC0415 - ears are heavy

    facts = describe(model_folder(state))
    if as_json:
        print_json(facts)
        return
    figures = facts.get("figures") or {}
    print_facts(
        {
            "model": "your own" if facts.get("source") == "site" else "the shipped one",
            "file": facts["file"],
            "trained": _when(facts.get("trained")),
            "learnt from": f"{facts.get('calls', '–')} calls",
            **{name.replace("_", " "): _number(value) for name, value in figures.items()},
        }
    )


@app.command()
def train(
    *,
    campaign: Annotated[
        str | None, typer.Option(help="Only this campaign's calls; its prices judge.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Learn and judge, but leave all as it is.")
    ] = False,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Learn from your own labelled calls: agents' overrules and dispositions.

    Three numbers of four are learnt from, beside what is shipped; the fourth judges. The new model
    runs from the next call on, but only if it is better there than the one that runs now.
    """
    from hearing.speech.prices import Prices  # noqa: PLC0415 - ears are heavy
    from hearing.speech.site import lessons_of  # noqa: PLC0415
    from hearing.speech.site import train as learn  # noqa: PLC0415

    with connect(state) as client:
        found = find_campaign(client, campaign) if campaign else None
        prices = Prices(**_prices(found))
        labels = list(_labels(client, found["id"] if found else None))
        if not labels:
            raise UserError(
                "No call has been labelled yet.",
                "Agents label calls when they overrule a verdict or give a disposition.",
            )
        note(f"{len(labels)} labelled calls; fetching their sound.")
        site = lessons_of(_sounds(client, labels))
    outcome = learn(site, model_folder(state), prices, datetime.now(UTC), dry=dry_run)
    if as_json:
        print_json(
            {
                "before": asdict(outcome.before),
                "after": asdict(outcome.after),
                "learnt_from": outcome.learnt_from,
                "model": str(outcome.path) if outcome.path else None,
            }
        )
        return
    rows = [_row("runs now", outcome.before), _row("learnt", outcome.after)]
    print_table(["model", ">persons lost", ">machines found in 4 s", ">cost a call"], rows, "")
    if outcome.path:
        say(f"The new model runs from the next call on: {outcome.path}.")
    elif dry_run:
        say("Nothing was changed.")
    else:
        say("The new model is no better on calls it did not learn from. The old one stays.")


def _prices(campaign: dict[str, Any] | None) -> dict[str, float]:
    """A campaign's prices of errors, as far as they bear on the verdict."""
    if campaign is None:
        return {}
    given = campaign["settings"].get("answering", {}).get("prices", {})
    names = {
        "lost_person": "lost_person",
        "wasted_second": "wasted_second",
        "machine_seconds": "seconds_with_machine",
    }
    return {ours: given[name] for name, ours in names.items() if given.get(name)}


def _labels(client: "Client", campaign: int | None) -> Iterator[dict[str, Any]]:
    after = 0
    while True:
        page = client.get("/v1/labels", campaign_id=campaign, after=after, limit=PAGE)
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1]["id"]


def _sounds(client: "Client", labels: list[dict[str, Any]]) -> "Iterator[Labelled]":
    """The customer's side of each labelled call that was recorded."""
    import numpy as np  # noqa: PLC0415
    from rich.progress import track  # noqa: PLC0415

    from hearing.audio import read_audio  # noqa: PLC0415
    from hearing.speech.site import HEARD_S, Labelled  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "call.mp3"
        for label in track(labels, "Listening", transient=True):
            path = f"/v1/recordings/{segment(label['attempt_id'])}"
            try:
                client.download(f"{path}/audio", file, BytesIO())
                blocks = read_audio(file, block_s=HEARD_S, channel="left")
                sound = next(iter(blocks), np.zeros(0, dtype=np.float32))
            except UserError:
                continue  # not recorded, or no longer kept: nothing to learn from
            yield Labelled(sound, label["label"], label["number"])


def _row(name: str, figures: Any) -> list[str]:
    return [
        name,
        f"{figures.persons_lost} of {figures.persons}",
        f"{figures.machines_found} of {figures.machines}",
        f"{figures.cost:.2f}",
    ]


def _number(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _when(moment: Any) -> str:
    return local(moment) if isinstance(moment, str) and "T" in moment else str(moment or "–")
