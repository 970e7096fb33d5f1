"""`cti preview …` and `cti dial`"""

from typing import Annotated, Any

import typer
from rich.text import Text

from cti.cli.options import CampaignName, Json, State, connect, find_campaign
from cti.cli.output import console, local, print_facts, print_json, print_table, say, shown

preview = typer.Typer(
    help="Leads that an agent looks at before they are dialled.", no_args_is_help=True
)

Agent = Annotated[str, typer.Option("--agent", help="Sign-in name.")]
LeadId = Annotated[int, typer.Argument(metavar="LEAD", help="The lead that the agent looks at.")]


@preview.command("next")
def next_lead(
    campaign: CampaignName, *, agent: Agent, state: State = None, as_json: Json = False
) -> None:
    """Set the next lead aside for an agent, and show it."""
    with connect(state) as client:
        found = find_campaign(client, campaign)
        lead = client.post(f"/v1/campaigns/{found['id']}/preview", {"agent": agent})
    if as_json:
        print_json(lead)
    else:
        _show(lead)


@preview.command()
def dial(
    campaign: CampaignName,
    lead: LeadId,
    *,
    number: Annotated[str | None, typer.Option(help="One of the lead's; unset: its next.")] = None,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Dial the lead, for the agent who looks at it and nobody else."""
    with connect(state) as client:
        found = find_campaign(client, campaign)
        path = f"/v1/campaigns/{found['id']}/preview/{lead}/dial"
        _tell(client.post(path, {"number": number}), as_json)


@preview.command()
def skip(
    campaign: CampaignName, lead: LeadId, *, state: State = None, as_json: Json = False
) -> None:
    """Give the lead back to the end of the line; the agent is free again."""
    with connect(state) as client:
        found = find_campaign(client, campaign)
        client.post(f"/v1/campaigns/{found['id']}/preview/{lead}/skip")
    if as_json:
        print_json({"lead_id": lead})
    else:
        say(f"Lead {lead} is at the end of the line.")


def dial_number(
    number: Annotated[str, typer.Argument(help="+8613800000000, or as it is written there.")],
    *,
    campaign: Annotated[str, typer.Option(help="Name or number of the campaign it is for.")],
    agent: Agent,
    name: Annotated[str, typer.Option(help="Whose number it is, if no list has it.")] = "",
    state: State = None,
    as_json: Json = False,
) -> None:
    """Dial a number for an agent, if it may be called now."""
    with connect(state) as client:
        found = find_campaign(client, campaign)
        asked = {"campaign_id": found["id"], "agent": agent, "number": number, "name": name}
        _tell(client.post("/v1/calls", asked), as_json)


def _tell(call: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(call)
    else:
        say(f"Dialling {call['number']} for {call['agent']}: attempt {call['attempt_id']}.")


def _show(lead: dict[str, Any]) -> None:
    head = f"lead {lead['lead_id']} of “{lead['campaign']}”, for {lead['agent']}"
    who = f"{lead['name']}, " if lead["name"] else ""
    console().print(Text(shown(f"{who}{head}, for {lead['seconds_left']:.0f} s."), "bold"))
    print_facts(
        {
            "there": f"{lead['local_time']} ({lead['time_zone']})",
            "reference": lead["reference"],
            "promised": local(lead["promised_at"]) if lead["promised_at"] else "",
            "why": lead["why"],
            "fields": "\n".join(f"{key}: {value}" for key, value in lead["fields"].items()),
            "numbers": "\n".join(map(_number, lead["numbers"])),
        }
    )
    if lead["attempts"]:
        console().print()
        print_table(
            ["called", "number", "outcome", "disposition", "agent", "note"],
            [
                [
                    local(call["placed_at"]),
                    call["number"],
                    call["outcome"] or "",
                    call["disposition"] or "",
                    call["agent"] or "",
                    call["note"],
                ]
                for call in lead["attempts"]
            ],
            "",
        )


def _number(number: dict[str, Any]) -> str:
    mark = " (next)" if number["next"] else ""
    return f"{number['e164']}{mark}{': ' + number['why_not'] if number['why_not'] else ''}"
