"""What an agent does at the desk. Each act answers with the desk as it then is."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from cti.access.masking import masked_text
from cti.agents.roster import Roster
from cti.agents.service import AgentService
from cti.agents.states import Agent, AgentState
from cti.base.clock import Clock
from cti.base.errors import Conflict, NotFound, UserError
from cti.base.ids import is_attempt
from cti.store.engine import Store, first_line
from dialer.by_hand.looking import look_at_number
from dialer.by_hand.service import ByHand, Preview
from dialer.campaigns.dispositions import Meaning
from dialer.campaigns.models import CampaignRow
from dialer.campaigns.settings import CampaignSettings
from dialer.compliance.service import DoNotCallService, Why
from dialer.compliance.writing import Source
from dialer.desk.hands import Hand, Hands
from dialer.desk.models import CallNoteRow
from dialer.desk.papers import written
from dialer.desk.showing import Showing
from dialer.desk.views import DeskView, MayCall, PossibleTime, WrittenNote
from dialer.engine.attempts import Attempts
from dialer.engine.dialler import Dialler
from dialer.engine.flights import Flight
from dialer.retry.rule import Then
from dialer.schedule.service import ScheduleService
from dialer.scripts.models import AttemptAnswersRow
from dialer.scripts.script import Answers
from dialer.scripts.walk import checked, faults, way

log = structlog.get_logger(__name__)

LATE: Final = timedelta(minutes=5)
"""For so long after a call notes may still come in: the last words are typed while it is left."""


@dataclass(slots=True)
class DeskService:
    """Use cases of the desk. `agent` is always the sign-in name of the one who acts.

    All raise NotFound for an agent there is not, and Conflict with a sentence for what cannot be
    done now.
    """

    store: Store
    roster: Roster
    agents: AgentService
    attempts: Attempts
    by_hand: ByHand
    dialler: Dialler
    schedule: ScheduleService
    bars: DoNotCallService
    hands: Hands
    showing: Showing
    clock: Clock
    _last: dict[int, tuple[Hand, datetime]] = field(default_factory=dict)
    _said: dict[int, tuple[str, str]] = field(default_factory=dict)

    async def close(self) -> None:
        """Wait for what is being read, and show nothing more."""
        await self.showing.close()
        await self.hands.close()

    async def fresh(self, agent: str) -> DeskView:
        """The desk, with all there is to read read anew."""
        return await self.showing.fresh(self.roster.get(agent))

    async def payload(self, agent: str) -> str:
        """The same as JSON, for the live link."""
        return (await self.fresh(agent)).model_dump_json()

    # -- state -----------------------------------------------------------------------------------

    async def sign_in(self, agent: str) -> DeskView:
        """The phone is called, then ready. Nothing changes if already in."""
        self.agents.sign_in(agent)
        return await self.fresh(agent)

    async def sign_out(self, agent: str) -> DeskView:
        """At once, or after the call that runs."""
        self.agents.sign_out(agent)
        return await self.fresh(agent)

    async def set_ready(self, agent: str, *, ready: bool, reason: str = "") -> DeskView:
        """Ready, or not with one of the site's reasons; in a call it counts from its end."""
        if not ready:
            known = self.showing.site().not_ready_reasons
            if not any(one.code == reason for one in known):
                codes = ", ".join(one.code for one in known)
                what = f"{reason!r} is not one of the site's." if reason else "say why."
                raise UserError(f"reason: {what}", f"Use one of: {codes}.")
        self.agents.set_ready(agent, ready=ready, reason=reason)
        return await self.fresh(agent)

    def phone_here(self, agent: str, browser: str) -> None:
        """This browser has the phone; others of the agent are told to let it go."""
        if not self.showing.screens.hold_phone(self.roster.get(agent).name, browser):
            raise Conflict("This page's live link is not open.", "Try again once it is.")

    # -- the call in hand ------------------------------------------------------------------------

    async def hang_up(self, agent: str) -> DeskView:
        """End the call the agent is in; one that is placed for the agent and rings, too."""
        who = self.roster.get(agent)
        flight = self.hands.flight(who.call or "")
        rings = flight is not None and flight.own_agent == who.id and flight.answered is None
        if flight is not None and rings and who.state is AgentState.RESERVED:
            self.dialler.canceller.give_up(flight, f"{agent} hung up before an answer")
        else:
            await self.agents.hang_up(agent)
        return await self.fresh(agent)

    async def save_notes(self, agent: str, call: str, text: str, *, browser: str = "") -> None:
        """Keep the notes as they are now. Conflict for a call that is not the agent's."""
        who = self.roster.get(agent)
        hand = await self._hand(who, call, late=True)
        papers = hand.papers
        if papers is not None:
            papers.notes[who.id] = WrittenNote(agent=who.display_name or who.name, text=text)
        flight = self.hands.flight(call)
        said = flight.disposed if flight is not None else None
        if flight is not None and said is not None and said.agent_id == who.id:
            flight.disposed = replace(said, note=text)
        row = CallNoteRow(call=call, agent_id=who.id, text=text, at=self.clock.now())
        await self._save(row)
        self._changed_in_call(who, call, browser)

    def _changed_in_call(self, who: Agent, call: str, browser: str) -> None:
        """Show it at the own other pages, and to colleagues who have the call or had it."""
        self.showing.changed(who.name, but=browser)
        for agent in self.roster:
            if agent.call == call and agent is not who:
                self.showing.changed(agent.name)

    async def notes_of(self, call: str) -> dict[int, str]:
        """What agents wrote down of a call, by agent."""
        found = await self.store.look(lambda connection: written(connection, [call]))
        return {agent_id: note.text for agent_id, note in found.get(call, {}).items()}

    async def save_answers(
        self, agent: str, call: str, answers: Answers, step: str, *, browser: str = ""
    ) -> None:
        """Keep the answers so far, and which step is shown. UserError for what cannot be kept."""
        who = self.roster.get(agent)
        hand = await self._hand(who, call, late=True)
        papers = hand.papers
        if papers is None or papers.script is None:
            raise Conflict("This call has no script.")
        if step and papers.script.step(step) is None:
            raise UserError(f"step: the script has no step {step!r}.")
        papers.answers, papers.step = checked(papers.script, answers), step
        hand.answers_unwritten = self._previewed(who, call) is not None
        if not hand.answers_unwritten:
            await self._write_answers(hand)
        self._changed_in_call(who, call, browser)

    async def _write_answers(self, hand: Hand) -> None:
        papers = hand.papers
        if papers is None or papers.script is None:
            return
        row = AttemptAnswersRow(
            attempt_id=hand.call,
            script_id=papers.script.id,
            version=papers.script.version,
            step=papers.step,
            answers=papers.answers,
            at=self.clock.now(),
        )
        await self._save(row)
        hand.answers_unwritten = False

    async def _save(self, row: CallNoteRow | AttemptAnswersRow) -> None:
        try:
            async with self.store.write() as session:
                await session.merge(row)
        except (SQLAlchemyError, OSError) as error:
            log.warning("desk.not_saved", why=first_line(error))
            raise Conflict(
                "This could not be saved: the database cannot be written.",
                "It is kept on this page; it is tried again as you type.",
            ) from error

    # -- what came of it -------------------------------------------------------------------------

    async def dispose(
        self,
        agent: str,
        call: str,
        code: str,
        *,
        callback_at: datetime | None = None,
        note: str | None = None,
    ) -> DeskView:
        """What came of the call; while still talking it counts once the call ends.

        note: in place of the notes that were saved. The same word twice counts once. UserError
        when a time or an answer is missing, with a sentence for each.
        """
        who = self.roster.get(agent)
        if self._said.get(who.id) == (call, code) and who.call != call:
            return await self.fresh(agent)  # a double click
        hand, flight = await self._own_flight(who, call)
        self.attempts.check_disposition(flight.campaign_id, code, callback_at)
        self._check_answers(hand, flight, code)
        if note is not None:
            await self.save_notes(agent, call, note)
        if hand.answers_unwritten:
            await self._write_answers(hand)
        notes = hand.papers.notes_of(who.id) if hand.papers else ""
        self._remember(who, hand)
        self.attempts.dispose(call, code, callback_at=callback_at, note=notes)
        self._said[who.id] = (call, code)
        self.showing.changed(agent)
        return await self.fresh(agent)

    def _check_answers(self, hand: Hand, flight: Flight, code: str) -> None:
        """A success needs every required answer on the script's way; what else came of a person
        who was reached needs those of the steps that were left behind.
        """
        known = self.attempts.campaigns[flight.campaign_id].disposition(code)
        script = hand.papers.script if hand.papers else None
        if known is None or script is None or hand.papers is None or not known.person_reached:
            return
        whole = known.meaning is Meaning.SUCCESS
        until = "" if whole else hand.papers.step or script.first
        missing = faults(way(script, hand.papers.answers, until), hand.papers.answers)
        if missing:
            raise UserError(
                f"The script is not complete: {' '.join(missing)}",
                "Answer it, or choose a disposition that says the person was not reached.",
            )

    async def done(self, agent: str, call: str) -> DeskView:
        """The own part of a call is wrapped up; what was wanted next comes next. The same twice
        counts once. Conflict while the agent has the word on the call.
        """
        who = self.roster.get(agent)
        if who.call == call:
            hand = await self._hand(who, call)
            if self.hands.says(who, call):
                raise Conflict("What came of this call is not said yet.", "Say it first.")
            if who.state is not AgentState.WRAPPING:
                raise Conflict("You are still in this call.", "Hang up, or hand it on.")
            self._remember(who, hand)
            self.roster.wrap_up_done(who)
        return await self.fresh(agent)

    async def do_not_call(self, agent: str, call: str) -> DeskView:
        """The number is on the list from this moment on, and the call gets the disposition that
        says so, if the campaign has one: in wrap-up at once, else when it ends.
        """
        who = self.roster.get(agent)
        hand = await self._hand(who, call)
        settings = hand.papers.settings if hand.papers else None
        await self._bar(who, hand, settings)
        flight = self.hands.flight(call)
        code = _barring(settings) if settings is not None else None
        if flight is not None and self.hands.says(who, call) and code is not None:
            self._remember(who, hand)
            notes = hand.papers.notes_of(who.id) if hand.papers else ""
            self.attempts.dispose(call, code, note=notes)
            self._said[who.id] = (call, code)
        return await self.fresh(agent)

    async def _bar(self, who: Agent, hand: Hand, settings: CampaignSettings | None) -> None:
        why = Why("asked for in a call", Source.AGENT, who.name)
        reach = settings.do_not_call if settings is not None else "everyone"
        campaign_id = hand.papers.person.campaign_id if hand.papers and hand.papers.person else None
        client_id = None
        if reach == "client" and campaign_id is not None:
            client_id = await self._client_of(campaign_id)
        done = await self.bars.bar(
            [hand.number],
            why,
            client_id=client_id,
            campaign_id=campaign_id if reach == "campaign" else None,
        )
        if done.rejected:
            raise Conflict("The caller's number is not known, so it cannot be put on the list.")

    async def _client_of(self, campaign_id: int) -> int | None:
        async with self.store.read() as session:
            row = await session.get(CampaignRow, campaign_id)
        return row.client_id if row else None

    # -- appointments ----------------------------------------------------------------------------

    async def possible(self, agent: str, at: datetime) -> PossibleTime:
        """When an appointment with the person in hand would be dialled. UserError says why not."""
        lead_id = await self._lead_in_hand(agent)
        due_at = await self.schedule.possible(lead_id, at)
        return PossibleTime(at=at, due_at=due_at, moved=due_at > at)

    async def appoint(self, agent: str, at: datetime) -> DeskView:
        """Promise a caller who is a lead a time, with this agent."""
        lead_id = await self._lead_in_hand(agent)
        made = await self.schedule.appoint(lead_id, at, agent)
        hand = self.hands.of(self.roster.get(agent))
        if hand is not None and hand.papers is not None and hand.papers.person is not None:
            hand.papers.person = replace(hand.papers.person, promised_at=made.promised_at)
        return await self.fresh(agent)

    async def _lead_in_hand(self, agent: str) -> int:
        hand = self.hands.of(self.roster.get(agent))
        if hand is not None:
            await self.hands.ready(hand)
        if hand is None or hand.lead_id is None:
            raise Conflict("There is nobody in hand to make an appointment with.")
        return hand.lead_id

    # -- by hand ---------------------------------------------------------------------------------

    async def next_lead(self, agent: str, campaign_id: int) -> DeskView:
        """Set the next lead of a preview campaign aside, and show it."""
        shown = await self.by_hand.next_lead(campaign_id, agent)
        hand = self.hands.look_at(shown.attempt_id, shown.lead_id, campaign_id)
        await self.hands.ready(hand)
        self.showing.changed(agent)
        return await self.fresh(agent)

    async def dial_previewed(self, agent: str, number_id: int | None = None) -> DeskView:
        """Dial the lead that is looked at. Conflict says why it may not be called (now)."""
        preview = self._looks_at(agent)
        hand = self.hands.of(self.roster.get(agent))
        e164 = None
        if number_id is not None:
            known = (
                hand.papers.person.numbers if hand and hand.papers and hand.papers.person else ()
            )
            e164 = next((number.e164 for number in known if number.id == number_id), None)
            if e164 is None:
                raise NotFound(f"The lead has no number {number_id}.")
        try:
            await self.by_hand.dial_previewed(preview.campaign.id, preview.lead_id, e164)
        except UserError as error:  # it names the number, which the agent sees masked
            raise type(error)(masked_text(error.what), error.cure) from error
        if hand is not None and hand.answers_unwritten:
            await self._write_answers(hand)
        self.showing.changed(agent)
        return await self.fresh(agent)

    async def skip(self, agent: str) -> DeskView:
        """Give the lead that is looked at back to the end of the line."""
        preview = self._looks_at(agent)
        await self.by_hand.skip(preview.campaign.id, preview.lead_id)
        return await self.fresh(agent)

    async def call_number(
        self, agent: str, campaign_id: int, number: str, name: str = ""
    ) -> DeskView:
        """Dial a number. Conflict with a sentence when it may not be called now."""
        await self.by_hand.call_number(campaign_id, agent, number, name)
        return await self.fresh(agent)

    async def check(self, agent: str, campaign_id: int, number: str) -> MayCall:
        """Whether `call_number` would dial this number now. UserError for what is no number."""
        self.roster.get(agent)
        try:
            campaign = self.dialler.open_for_calls(campaign_id).campaign
        except Conflict as error:
            return MayCall(number=number, may=False, why_not=error.what)
        e164 = self.by_hand.e164(campaign, number)
        region = campaign.settings.region or self.by_hand.default_region
        now = self.clock.now()
        looked = await self.store.look(
            lambda connection: look_at_number(connection, campaign, e164, region, now)
        )
        why_not = looked.blocked.words if looked.blocked else ""
        if looked.busy:
            why_not = f"{e164} is being called, or an agent looks at it."
        return MayCall(
            number=e164,
            may=not why_not,
            why_not=why_not,
            until=looked.blocked.until if looked.blocked and not looked.busy else None,
            lead_id=looked.lead_id,
            name=looked.name,
        )

    # -- small tools -----------------------------------------------------------------------------

    async def _hand(self, who: Agent, call: str, *, late: bool = False) -> Hand:
        """The call, if this agent has it in hand; late: or has just had it."""
        hand = self.hands.of(who)
        if hand is not None and hand.call == call:
            await self.hands.ready(hand)
            self._remember(who, hand)
            return hand
        last = self._last.get(who.id)
        just_now = last is not None and self.clock.now() - last[1] <= LATE
        if late and just_now and last is not None and last[0].call == call:
            return last[0]
        raise Conflict("This call is not in your hands any more.", "The page shows what is.")

    def _remember(self, who: Agent, hand: Hand) -> None:
        self._last[who.id] = (hand, self.clock.now())

    async def _own_flight(self, who: Agent, call: str) -> tuple[Hand, Flight]:
        """The attempt of which this agent has the word."""
        if not is_attempt(call):
            raise Conflict(
                "A caller's call has no disposition.", "Write a note, and say ready when done."
            )
        hand = await self._hand(who, call)
        flight = self.hands.flight(call)
        if flight is None or (who.state is not AgentState.TALKING and who.call != call):
            raise Conflict(
                "The time for this call's disposition is over.", "A supervisor can correct it."
            )
        gone_to = self.hands.handed_on(who, hand)
        if gone_to is not None or flight.agent_id not in {None, who.id}:
            name = gone_to.name if gone_to is not None else ""
            raise Conflict(
                f"{name or 'Another agent'} has this call now, and says what came of it.",
                "Finish your notes, and say done.",
            )
        return hand, flight

    def _previewed(self, who: Agent, call: str) -> Preview | None:
        preview = self.by_hand.preview_of(who)
        return preview if preview is not None and preview.attempt_id == call else None

    def _looks_at(self, agent: str) -> Preview:
        preview = self.by_hand.preview_of(self.roster.get(agent))
        if preview is None:
            raise Conflict("You look at no lead.", "Its time was over, or it was dialled.")
        return preview


def _barring(settings: CampaignSettings) -> str | None:
    """The disposition that bars the person's numbers, if the campaign has one without a time."""
    codes = [d.code for d in settings.dispositions if not d.needs_time]
    return next((c for c in codes if settings.retry.rule_of(c).then is Then.BAR), None)
