"""What supervisors do to the floor: end and move calls, force states, write to agents."""

from dataclasses import dataclass
from typing import Literal

from cti.access.who import Who
from cti.agents.roster import Roster
from cti.agents.service import AgentService
from cti.agents.states import AgentState
from cti.audit.service import Audit
from cti.base.errors import Conflict, UserError
from cti.base.notices import Notice
from cti.base.signals import Signals
from cti.calls.pbx import PbxError
from cti.floor.control import CallControl
from cti.floor.talks import How, TargetKind
from cti.floor.transfer import Transfers

State = Literal["ready", "not_ready", "signed_out"]


@dataclass(slots=True)
class Supervising:
    """Use cases of supervisors. Each act is audited before it is done, and told to the agent."""

    control: CallControl
    transfers: Transfers
    agents: AgentService
    roster: Roster
    audit: Audit
    signals: Signals

    async def hang_up(self, who: Who, name: str) -> None:
        """End the call an agent has."""
        talk = self.control.of_agent(name)
        await self.audit.note(who, "calls.hung_up", f"agents/{name}", call=talk.call)
        try:
            await self.control.pbx.hang_up(talk.call)
        except PbxError as error:
            raise Conflict(f"The call could not be ended: {error}.") from error
        self._tell(who, name, "hung_up", "has ended your call")

    async def send_back(self, who: Who, name: str) -> None:
        """The call goes back to the floor, for another agent; this one wraps up."""
        talk = self.control.of_agent(name)
        await self.audit.note(who, "calls.sent_back", f"agents/{name}", call=talk.call)
        await self.transfers.transfer(name, TargetKind.QUEUE, "", How.BLIND)
        self._tell(who, name, "sent_back", "has given your call to another agent")

    async def force(self, who: Who, name: str, state: State, reason: str) -> None:
        """Put an agent into a state: at once, or after the call that runs."""
        agent = self.roster.get(name)
        if state == "ready" and agent.state is AgentState.SIGNED_OUT:
            raise Conflict(f"Agent {name} is signed out.", "Only they can sign in.")
        details = {"state": state, "reason": reason}
        await self.audit.note(who, "agents.forced", f"agents/{name}", **details)
        if state == "signed_out":
            self.agents.sign_out(name)
        elif agent.state is not AgentState.SIGNED_OUT:
            self.agents.set_ready(name, ready=state == "ready", reason=reason)
        words = {"ready": "ready", "not_ready": "not ready", "signed_out": "signed out"}
        self._tell(who, name, "forced", f"has set you {words[state]}", **details)

    async def message(
        self, who: Who, names: list[str], text: str, *, everybody: bool = False
    ) -> list[str]:
        """Show words on agents' screens. Returns to whom they went.

        NotFound for an agent there is not, or who is another's to lead; UserError for nobody.
        """
        mine = [agent for agent in self.roster if who.sees_team(agent.team)]
        known = {agent.name for agent in mine}
        for name in names:
            if name not in known:
                self.roster.get("" if name in {a.name for a in self.roster} else name)
        chosen = sorted(
            {a.name for a in mine if a.state is not AgentState.SIGNED_OUT}
            if everybody
            else set(names)
        )
        if not chosen:
            raise UserError("agents: nobody is named, or signed in.", "Name agents, or set all.")
        await self.audit.note(who, "agents.written_to", "agents", to=chosen[:50], text=text)
        for name in chosen:
            self.signals.emit(Notice(name, "message", text, who.name))
        return chosen

    def _tell(self, who: Who, name: str, kind: str, words: str, **details: str) -> None:
        self.signals.emit(
            Notice(name, "forced", f"{who.name} {words}.", who.name, {"what": kind} | details)
        )
