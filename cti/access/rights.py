"""What somebody may do, and which role may. Every route and every live topic names a right."""

from enum import StrEnum


class Right(StrEnum):
    """One thing that a person may do."""

    DESK = "desk"
    """Work as an agent: own state, own calls."""
    SEE_FLOOR = "see_floor"
    HEAR_CALLS = "hear_calls"
    """Listen, whisper, barge, take over."""
    RUN_FLOOR = "run_floor"
    """Force states, hang up, send back, message."""
    SEE_CAMPAIGNS = "see_campaigns"
    RUN_CAMPAIGNS = "run_campaigns"
    """Start, pause, stop; pacing."""
    EDIT_CAMPAIGNS = "edit_campaigns"
    """Settings, rules, scripts, dispositions, caller IDs, windows."""
    SEE_LEADS = "see_leads"
    EDIT_LEADS = "edit_leads"
    """Imports, appointments."""
    SEE_NUMBERS = "see_numbers"
    """Have a masked number shown in full; each time is audited."""
    SEE_RECORDINGS = "see_recordings"
    """Search and listen."""
    TAKE_RECORDINGS = "take_recordings"
    """Download."""
    SEE_REPORTS = "see_reports"
    SEE_DNC = "see_dnc"
    EDIT_DNC = "edit_dnc"
    SEE_AGENTS = "see_agents"
    EDIT_AGENTS = "edit_agents"
    """Agents and their phones."""
    EDIT_USERS = "edit_users"
    EDIT_SITE = "edit_site"
    """Trunks, clients, caps, announcements."""
    SEE_AUDIT = "see_audit"
    CORRECT_CALLS = "correct_calls"
    """Dispositions after the fact, classifying again."""


class Role(StrEnum):
    """What a user is here for."""

    AGENT = "agent"
    TEAM_LEADER = "team_leader"
    SUPERVISOR = "supervisor"
    QA = "qa"
    REPORT_KEEPER = "report_keeper"
    ADMINISTRATOR = "administrator"
    CLIENT_OBSERVER = "client_observer"


ROLES: dict[Role, frozenset[Right]] = {
    Role.AGENT: frozenset({Right.DESK}),
    # Sees and helps the own team only.
    Role.TEAM_LEADER: frozenset(
        {
            Right.DESK,
            Right.SEE_FLOOR,
            Right.HEAR_CALLS,
            Right.RUN_FLOOR,
            Right.SEE_CAMPAIGNS,
            Right.SEE_RECORDINGS,
            Right.SEE_AGENTS,
        }
    ),
    Role.SUPERVISOR: frozenset(
        {
            Right.SEE_FLOOR,
            Right.HEAR_CALLS,
            Right.RUN_FLOOR,
            Right.SEE_CAMPAIGNS,
            Right.RUN_CAMPAIGNS,
            Right.SEE_LEADS,
            Right.EDIT_LEADS,
            Right.SEE_NUMBERS,
            Right.SEE_RECORDINGS,
            Right.TAKE_RECORDINGS,
            Right.SEE_REPORTS,
            Right.SEE_DNC,
            Right.EDIT_DNC,
            Right.SEE_AGENTS,
            Right.CORRECT_CALLS,
        }
    ),
    Role.QA: frozenset(
        {
            Right.SEE_CAMPAIGNS,
            Right.SEE_RECORDINGS,
            Right.TAKE_RECORDINGS,
            Right.SEE_AGENTS,
            Right.CORRECT_CALLS,
        }
    ),
    # Makes the files that clients get, which carry numbers.
    Role.REPORT_KEEPER: frozenset({Right.SEE_CAMPAIGNS, Right.SEE_REPORTS, Right.SEE_NUMBERS}),
    Role.ADMINISTRATOR: frozenset(Right),
    # Sees what is run for the own client only.
    Role.CLIENT_OBSERVER: frozenset(
        {Right.SEE_FLOOR, Right.SEE_CAMPAIGNS, Right.SEE_RECORDINGS, Right.SEE_REPORTS}
    ),
}
"""The least each role needs."""
