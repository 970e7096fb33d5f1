"""Which column of a file means what: told, or guessed from its header in English or Chinese."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cti.base.errors import UserError

KEEP = "keep"
FIELDS = ("name", "time_zone", "region", "priority", "reference", "consent", "consent_proof")
_PART = "part of the name"
_PHONE = re.compile(r"phone([2-9]?)")

_KINDS = "mobile|cell|home|work|office|business|contact|primary|main|second|other|alternate|daytime"
_GUESSES = {
    "phone": (
        rf"((customer|client|{_KINDS}) )*"
        r"(phone|telephone|tel|mobile|cell|cell ?phone|msisdn)( (number|no|nr))?( ?[1-9])?",
        r"(客户|联系|联系人|主要|备用|家庭|办公|公司|固定|移动|其他|第[一二三])*"
        r"(电话|手机|手提|座机|固话|联系方式|号码)(号码|号)? ?[1-9一二三四五]?",
        r"(phone|contact) ?numbers?|number",
    ),
    "name": (
        r"((full|customer|client|contact|lead) )?name",
        r"(客户|联系人|用户)?(姓名|名字|名称)|称呼",
    ),
    _PART: (r"(first|given|middle|last|family) ?name|surname|客户|联系人",),
    "time_zone": (r"(iana )?(time ?zone|tz)( name)?", r"时区|所在时区"),
    "region": (r"(region|country|iso)( (code|iso|2))+", r"(国家|地区)(代码|编码)"),
    "priority": (r"prio(rity)?", r"优先级?|优先级别|优先度"),
    "reference": (
        r"(our |your )?ref(erence)?( (no|number|id))?|(customer|client|lead|external|crm)? ?id",
        r"(客户|用户|外部)?(编号|编码)|客户号",
    ),
}
_GUESS = {field: re.compile("|".join(words)) for field, words in _GUESSES.items()}


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """Positions of columns, from 0. `kept`: (position, column name) of all that go to `fields`."""

    phones: tuple[int, ...]
    names: tuple[int, ...]
    single: Mapping[str, int]
    kept: tuple[tuple[int, str], ...]


def plan_columns(columns: Sequence[str], told: Mapping[str, str], name: str) -> ColumnPlan:
    """Decide for every column of the file called `name`.

    told: {column: field}, where field is name (several columns are joined), phone, phone2 …
    phone9, time_zone, region, priority, reference, consent, consent_proof, or keep (as an
    additional field of the lead). What is not told is guessed, but never a consent. Raises
    UserError for a column that the file has not, an unknown field, or when no column holds
    telephone numbers.
    """
    return _plan(columns, _fields(columns, told, name), name)


def meanings(columns: Sequence[str], told: Mapping[str, str], name: str) -> dict[str, str]:
    """What every column is taken for, also when none holds telephone numbers.

    Raises UserError for a column that the file has not, or an unknown field.
    """
    fields = _fields(columns, told, name)
    whole = "name" in fields.values()
    part = KEEP if whole else "name"
    return {
        column: part if fields[at] == _PART else fields[at] for at, column in enumerate(columns)
    }


def _fields(columns: Sequence[str], told: Mapping[str, str], name: str) -> dict[int, str]:
    fields = _told_fields(columns, told, name)
    told_name = "name" in fields.values()
    for position, column in enumerate(columns):
        if position not in fields:
            field = _guess(column)
            fields[position] = (
                KEEP if told_name and field in {"name", _PART} else _free(field, fields)
            )
    return fields


def _told_fields(columns: Sequence[str], told: Mapping[str, str], name: str) -> dict[int, str]:
    positions = {column.casefold(): position for position, column in enumerate(columns)}
    fields: dict[int, str] = {}
    for column, field in told.items():
        position = positions.get(" ".join(column.split()).casefold())
        if position is None:
            raise UserError(f"{name} has no column “{column}”.", f"It has: {', '.join(columns)}.")
        if field not in (*FIELDS, KEEP) and not _PHONE.fullmatch(field):
            raise UserError(
                f"Column “{column}” cannot be mapped to “{field}”.",
                f"Fields are: phone, phone2 … phone9, {', '.join(FIELDS)}, {KEEP}.",
            )
        if field not in ("name", KEEP) and field in fields.values():
            raise UserError(f"Two columns are mapped to “{field}”.")
        fields[position] = field
    return fields


def _guess(column: str) -> str:
    plain = unicodedata.normalize("NFKC", column).casefold()
    plain = re.sub(r"([a-z])(\d)", r"\1 \2", plain)
    plain = " ".join(re.sub(r"[\W_]+", " ", plain).split())
    return next((field for field, words in _GUESS.items() if words.fullmatch(plain)), "")


def _free(field: str, fields: Mapping[int, str]) -> str:
    """What a guess comes to, with what is given away already."""
    if field == _PART:
        return field
    names = ["phone", *(f"phone{number}" for number in range(2, 10))]
    wanted = names if field == "phone" else [field]
    return next((name for name in wanted if name and name not in fields.values()), KEEP)


def _plan(columns: Sequence[str], fields: Mapping[int, str], name: str) -> ColumnPlan:
    phones = sorted((field, at) for at, field in fields.items() if field.startswith("phone"))
    if not phones:
        raise UserError(
            f"No column of {name} looks like telephone numbers.",
            f"Map one of its columns to “phone”: {', '.join(columns)}.",
        )
    full = sorted(at for at, field in fields.items() if field == "name")
    parts = sorted(at for at, field in fields.items() if field == _PART)
    kept = {at for at, field in fields.items() if field == KEEP} | set(parts if full else ())
    return ColumnPlan(
        phones=tuple(at for _, at in phones),
        names=tuple(full or parts),
        single={field: at for at, field in fields.items() if field in FIELDS and field != "name"},
        kept=tuple((at, column) for at, column in enumerate(columns) if at in kept),
    )
