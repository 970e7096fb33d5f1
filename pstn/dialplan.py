"""The dialplan of the world outside, written from its personas."""

from collections.abc import Iterator

from pstn.personas import BUCKETS, DIGITS, MODULUS, MULTIPLIER, RINGBACK, Persona, Personas

# A customer who leaves hanging up to the other side gives up at last (seconds).
_FOR_EVER = 600


def dialplan(world: Personas) -> str:
    """Text of personas.conf: context `personas` picks by number, one context per persona acts."""
    lines = ["[personas]", *_choice(world)]
    for persona in world.personas:
        lines += ["", f"[persona-{persona.key}]", *_numbered("s", _acts(persona, world.pace))]
    return "\n".join(lines) + "\n"


def _choice(world: Personas) -> Iterator[str]:
    step = f"* {MULTIPLIER} % {MODULUS}"
    first = f"(${{EXTEN:-{DIGITS}}} + 1)"
    acts = [
        f"Set(H=$[{first} {step}])",
        f"Set(BUCKET=$[${{H}} % {BUCKETS}])",
        f"Set(H=$[${{H}} {step}])",
        "Set(RING=$[${H} % 1001 / 1000])",
        f"Set(H=$[${{H}} {step}])",
        "Set(TALK=$[${H} % 1001 / 1000])",
    ]
    for persona, limit in world.limits():
        acts.append(f"GotoIf($[${{BUCKET}} < {limit}]?persona-{persona.key},s,1)")
    return _numbered("_X.", iter(acts))


def _numbered(extension: str, acts: Iterator[str]) -> Iterator[str]:
    yield f"exten => {extension},1,{next(acts)}"
    for act in acts:
        yield f" same => {act if act.startswith('n(') else 'n,' + act}"


def _between(pair: tuple[float, float], pace: float, where: str) -> str:
    least, most = pair[0] * pace, pair[1] * pace
    if least == most:
        return f"{least:g}"
    return f"$[{least:g} + {most - least:g} * ${{{where}}}]"


def _acts(persona: Persona, pace: float) -> Iterator[str]:
    yield from _before_answer(persona, pace)
    if persona.signal == "answer":
        yield from _after_answer(persona, pace)
    elif persona.signal == "none":
        yield f"Wait({_FOR_EVER})"
        yield "PJSIPHangup(480)"
    else:
        yield f"PJSIPHangup({persona.signal})"


def _before_answer(persona: Persona, pace: float) -> Iterator[str]:
    if persona.early == RINGBACK:
        yield "Progress()"
        yield "Playtones(ring)"
    elif persona.early is None and persona.rings:
        yield "Ringing()"
    if persona.ring[1] > 0:
        yield f"Wait({_between(persona.ring, pace, 'RING')})"
    if persona.early is not None and persona.early != RINGBACK:
        yield "Progress()"
        yield f"Playback(${{SOUNDS}}/{persona.early},noanswer)"


def _after_answer(persona: Persona, pace: float) -> Iterator[str]:
    if persona.early == RINGBACK:
        yield "StopPlaytones()"
    yield "Answer(0)"
    if persona.patience is not None:
        # 50 ms of sound are enough to know that somebody is there; the limit is in whole seconds.
        yield f"WaitForNoise(50,1,{max(1, round(persona.patience * pace))})"
        yield 'GotoIf($["${WAITSTATUS}" = "TIMEOUT"]?bye)'
    if persona.hangup == "customer":
        yield f"Set(TIMEOUT(absolute)={_between(persona.talk, pace, 'TALK')})"
    else:
        yield f"Set(TIMEOUT(absolute)={_FOR_EVER})"
    if persona.keys is not None:
        yield "Wait(1)"
        yield f"SendDTMF({persona.keys})"
    if persona.answer is not None:
        yield f"n(say),Playback(${{SOUNDS}}/{persona.answer})"
    repeats = persona.answer is not None and not persona.once
    yield "Goto(say)" if repeats else f"Wait({_FOR_EVER})"
    yield "n(bye),Hangup(16)"
