"""Finds, in our own source, the sentences that can come before a reader in a browser.

What counts is settled by rule, so that nobody has to mark anything: what is given to the errors
and tellings of `TELLING`; whatever ends like a sentence; and in modules that put sentences
together of parts (`OF_PARTS`) every string with a blank in it. What only the command line, the
log or the doctor says is left out by module (`NOT_TOLD`).
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
ROOMS: Final = ("cti", "dialer", "recordings", "hearing")

TELLING: Final = frozenset(
    {
        "UserError", "NotFound", "Conflict", "Forbidden", "NotSignedIn", "TooMany", "TooLarge",
        "LinkDownError", "ActionTimeout", "Refused", "LiveStateDown", "NeverOpen", "RefusedError",
        "FieldFault", "Incident", "Blocked", "PbxError",
    }
)  # fmt: skip
"""Calls whose texts are for people."""
NOT_TOLD: Final = (
    "cti/api/console.py", "cti/bus", "cti/cli", "cti/client.py", "cti/doctor",
    "cti/infrastructure.py", "cti/logs.py", "cti/openapi.py", "cti/processes", "cti/roles.py",
    "cti/screens.py", "cti/serve.py", "cti/settings.py", "cti/store/engine.py",
    "cti/store/migrate.py", "cti/store/migrations", "cti/texts", "cti/ami/recorder.py",
    "dialer/simulator", "dialer/attempts/metrics.py", "dialer/decisions/live.py",
    "dialer/retry/shipped.py", "dialer/retry/words.py", "dialer/scripts/merge.py",
    "hearing/announcements/speechlike.py", "hearing/folder.py", "hearing/judging.py",
    "hearing/speech", "hearing/tones/zones.py", "dialer/hopper",
    "dialer/announcements/past.py",
    "dialer/decisions/day.py",
    "dialer/decisions/replaying.py", "dialer/pacing/modes.py", "cti/ami/actions.py",
    "cti/base/csv_lines.py",
)  # fmt: skip
"""Modules that no browser hears of: the command line, the doctor, start-up; and what has its
words in Chinese already."""
TOLD_YET: Final = ("cti/processes/trunks.py", "hearing/speech/detector.py")
OF_PARTS: Final = (
    "dialer/attempts/service.py", "dialer/board/board.py", "dialer/campaigns/hearing.py",
    "dialer/campaigns/pacing.py", "dialer/campaigns/settings.py", "dialer/compliance/at_import.py",
    "dialer/compliance/caps.py", "dialer/compliance/check.py", "dialer/compliance/windows.py",
    "dialer/decisions/words.py", "dialer/desk/service.py", "dialer/engine/answering.py",
    "dialer/engine/cancelling.py", "dialer/engine/recovery.py", "dialer/leads/batches.py",
    "dialer/leads/files.py", "dialer/leads/numbers.py", "dialer/outcomes/classify.py",
    "dialer/outcomes/signals.py", "dialer/pacing/agentless.py", "dialer/pacing/decision.py",
    "dialer/pacing/manual.py", "dialer/pacing/power.py", "dialer/pacing/predictive/pacer.py",
    "dialer/pacing/preview.py", "dialer/pacing/progressive.py", "dialer/retry/contradictions.py",
    "dialer/retry/decide.py", "dialer/retry/rule.py", "dialer/retry/rules.py",
    "dialer/schedule/explain.py", "dialer/scripts/check.py", "dialer/scripts/files.py",
    "dialer/scripts/walk.py", "hearing/announcements/detector.py", "hearing/listening.py",
    "hearing/speech/detector.py", "hearing/tones/beep.py", "hearing/tones/fax.py",
    "hearing/tones/progress.py", "hearing/tones/sit.py",
)  # fmt: skip
_QUIET_CALLS: Final = frozenset({"RuntimeError", "TypeError", "AssertionError", "compile"})
_QUIET_WORDS: Final = frozenset({"description", "summary", "help", "doc", "title", "name", "tags"})
_ENDS: Final = re.compile(r"[A-Za-z0-9})”’'\]%][.?!]$|^[A-Z“{].*: \{\d+\}$")
"""Ends like a sentence: with its stop, or with the reason that another one gives."""
_PATTERN: Final = re.compile(r"\[A-Z|\)\?|^\^")
"""A regular expression, which may well end like a question."""
_MOST_WAYS: Final = 12

Way = tuple[str | None, ...]
"""One way an expression can come out: fixed words, and None for what is filled in."""


def said() -> dict[str, list[str]]:
    """Form of every sentence → where it is said (`cti/users/door.py:40`)."""
    found: dict[str, list[str]] = defaultdict(list)
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if name in TOLD_YET or not name.startswith(NOT_TOLD):
                for form, line in said_in(ast.parse(path.read_text()), name in OF_PARTS):
                    found[form].append(f"{name}:{line}")
    return dict(found)


def said_in(tree: ast.Module, of_parts: bool) -> Iterator[tuple[str, int]]:
    above = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant | ast.JoinedStr) or _inside(node, above):
            continue
        if _quiet(node, above):
            continue
        whole = _whole(node, above)
        for way in _ways(whole):
            form = written(way)
            if _is_text(form) and (_told(node, above) or _ENDS.search(form) or of_parts):
                yield form, getattr(node, "lineno", 0)


def _inside(node: ast.AST, above: Mapping[ast.AST, ast.AST]) -> bool:
    """Part of an f-string, a docstring, or the right half of a sum."""
    parent = above.get(node)
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Add):
        return parent.right is node
    return isinstance(parent, ast.Expr | ast.JoinedStr | ast.FormattedValue | ast.Compare)


def _whole(node: ast.AST, above: Mapping[ast.AST, ast.AST]) -> ast.AST:
    """The sum that a string begins."""
    parent = above.get(node)
    while isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Add):
        node, parent = parent, above.get(parent)
    return node


def _up(node: ast.AST, above: Mapping[ast.AST, ast.AST]) -> Iterator[ast.AST]:
    while (parent := above.get(node)) is not None and not isinstance(parent, ast.stmt):
        yield parent
        node = parent


def _named(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _told(node: ast.AST, above: Mapping[ast.AST, ast.AST]) -> bool:
    calls = (up for up in _up(node, above) if isinstance(up, ast.Call))
    nearest = next(calls, None)
    return nearest is not None and _named(nearest) in TELLING


def _quiet(node: ast.AST, above: Mapping[ast.AST, ast.AST]) -> bool:
    for up in _up(node, above):
        if isinstance(up, ast.keyword) and up.arg in _QUIET_WORDS:
            return True
        if isinstance(up, ast.Call):
            is_log = isinstance(up.func, ast.Attribute) and ast.unparse(up.func.value) == "log"
            return is_log or _named(up) in _QUIET_CALLS
    return False


def _ways(node: ast.AST) -> list[Way]:
    """Each way an expression can come out; `[(None,)]` when it is no text of ours."""
    match node:
        case ast.Constant(value=str(text)):
            return [(text,)]
        case ast.JoinedStr(values=values):
            return _joined([_ways(value) for value in values])
        case ast.FormattedValue(value=ast.IfExp() as either):
            return _ways(either)
        case ast.IfExp(body=body, orelse=orelse):
            return [*_ways(body), *_ways(orelse)]
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _joined([_ways(left), _ways(right)])
        case _:
            return [(None,)]


def _joined(parts: Sequence[list[Way]]) -> list[Way]:
    ways = [tuple(piece for way in chosen for piece in way) for chosen in product(*parts)]
    return ways if len(ways) <= _MOST_WAYS else [(None,)]


def written(way: Way) -> str:
    """A way as a form: places are numbered, those side by side are one, joints in front go."""
    text, places, was_place = "", 0, False
    for piece in way:
        if piece is None:
            if not was_place:
                places += 1
                text += f"{{{places}}}"
            was_place = True
        elif piece:
            text += piece
            was_place = False
    return text.strip(" ,;")


def _is_text(form: str) -> bool:
    """Words, not only places, signs or one word of a protocol."""
    words = re.sub(r"\{\d+\}", "", form)
    return (
        _PATTERN.search(form) is None
        and " " in form.strip()
        and re.search(r"[A-Za-z]{2}", words) is not None
        and "\n" not in form
    )
