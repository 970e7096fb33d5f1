"""Who answered, said as soon as the campaign's prices allow."""

from hearing.sighting import Samples, Sighting, Source
from hearing.speech.course import BLOCK_S
from hearing.speech.model import AnswerModel, Verdict, course
from hearing.speech.prices import Prices

LISTEN_S = 6.0
"""Seconds of listening from the first word: what comes later hardly changes a verdict."""
SILENCE_S = 4.0
"""Seconds without a word after which it is said that nobody speaks."""
GIVE_UP_S = 15.0
"""Seconds after the answer when listening ends, whatever was heard."""

_WORDS = {
    "person": "a person",
    "machine": "an answering machine",
    "ivr": "a voice menu",
    "silence": "nobody spoke",
}


class AnswerDetector:
    """Fed from the moment of answer with the far side's sound.

    Says `person`, `machine` or `ivr` when the prices make it the cheapest thing to act on, and
    `silence` when nobody has spoken for a while. A person may be said first and a machine later:
    while the call is with an agent, the verdict stays open to the end of listening. A machine or
    menu ends it. Confidence is the calibrated probability that a person listens (`person`) or that
    none does (`machine`, `ivr`).
    """

    def __init__(
        self,
        model: AnswerModel | None = None,
        prices: Prices | None = None,
        *,
        listen_s: float = LISTEN_S,
        silence_s: float = SILENCE_S,
    ) -> None:
        self._model = model or AnswerModel.shipped()
        self._prices = prices or Prices()
        self._listen_s = listen_s
        self._silence_s = silence_s
        self._course = course()
        self._said: set[str] = set()
        self._over = False
        self.probabilities: list[Verdict] = []
        """The verdict at each moment from the first word on, for the timeline."""

    @property
    def over(self) -> bool:
        """Nothing more will be said, and further sound costs nothing."""
        return self._over

    @property
    def first_speech(self) -> float | None:
        """Seconds from the first sample to the first word, once it was heard."""
        return self._course.onset_s

    def feed(self, samples: Samples) -> list[Sighting]:
        """What the sound so far makes sure and was not said before."""
        said: list[Sighting] = []
        for block in [] if self.over else self._course.blocks(samples):
            self._course.hear(block)
            said += self._judge()
            if self.over:
                break
        return said

    def finish(self) -> list[Sighting]:
        """What the end of the sound makes sure. Nothing may be fed afterwards."""
        if self._over:
            return []
        self._over = True
        if not self.probabilities:
            return self._say("silence", 1.0)
        return self._act(self.probabilities[-1], last=True)

    def _judge(self) -> list[Sighting]:
        now, onset = self._course.seconds, self._course.onset_s
        if onset is None:
            self._over = now >= GIVE_UP_S
            return self._say("silence", 1.0) if now >= self._silence_s else []
        self._over = now - onset >= self._listen_s or now >= GIVE_UP_S
        verdict = self._model.verdict(now, self._course.clues())
        self.probabilities.append(verdict)
        return self._act(verdict, last=self._over)

    def _act(self, verdict: Verdict, *, last: bool) -> list[Sighting]:
        act = self._prices.act(verdict.nobody, BLOCK_S, last=last)
        if act == "machine":
            self._over = True
            meaning = "machine" if verdict.machine >= verdict.ivr else "ivr"
            return self._say(meaning, verdict.nobody)
        return self._say("person", verdict.person) if act == "person" else []

    def _say(self, meaning: str, confidence: float) -> list[Sighting]:
        if meaning in self._said:
            return []
        self._said.add(meaning)
        now = self._course.seconds
        what = _WORDS[meaning] if confidence >= 0.5 else f"perhaps {_WORDS[meaning]}"
        since = self._course.onset_s if meaning != "silence" else 0.0
        return [
            Sighting(
                source=Source.SPEECH,
                name=f"speech.{meaning}",
                what=what,
                at=since or 0.0,
                until=now,
                meaning=meaning,
                confidence=confidence,
            )
        ]
