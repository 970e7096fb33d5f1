"""Columns find their meaning: told, or guessed from English and Chinese headers."""

import pytest

from cti.base.errors import UserError
from dialer.leads.mapping import plan_columns


def meaning(columns: list[str], told: dict[str, str] | None = None) -> dict[str, str]:
    """{column: its field}."""
    plan = plan_columns(columns, told or {}, "leads.csv")
    return {
        **{columns[at]: f"phone{n}" if n > 1 else "phone" for n, at in enumerate(plan.phones, 1)},
        **{columns[at]: "name" for at in plan.names},
        **{columns[at]: field for field, at in plan.single.items()},
        **{column: "keep" for _, column in plan.kept},
    }


@pytest.mark.parametrize(
    ("columns", "fields"),
    [
        ("Name,Phone", "name,phone"),
        ("full_name,PHONE NUMBER,Notes", "name,phone,keep"),
        ("First Name,Last Name,Mobile,Home phone", "name,name,phone,phone2"),
        ("Name,First name,Tel.", "name,keep,phone"),
        ("customer_name,phone_number1,phone_number2", "name,phone,phone2"),
        ("CustomerID,Cell Phone,time zone,Priority", "reference,phone,time_zone,priority"),
        ("姓名,手机号码,联系电话,备用电话2", "name,phone,phone2,phone3"),
        ("客户,客户姓名,电话", "keep,name,phone"),
        ("客户,电话,时区,客户编号,优先级,备注", "name,phone,time_zone,reference,priority,keep"),
        ("Ｐｈｏｎｅ,手机品牌,Phone consent", "phone,keep,keep"),
        ("msisdn,country code,Country", "phone,region,keep"),
    ],
)
def test_headers_are_understood(columns: str, fields: str) -> None:
    names = columns.split(",")
    assert meaning(names) == dict(zip(names, fields.split(","), strict=True))


def test_what_is_told_goes_before_what_is_guessed() -> None:
    columns = ["Name", "Phone", "Who", "Call here", "Fax phone"]
    told = {"who": "name", " Call  Here": "phone", "Fax phone": "keep"}
    assert meaning(columns, told) == {
        "Name": "keep",
        "Phone": "phone2",
        "Who": "name",
        "Call here": "phone",
        "Fax phone": "keep",
    }


def test_several_columns_can_be_joined_to_the_name() -> None:
    assert meaning(["a", "b", "phone"], {"a": "name", "b": "name"})["b"] == "name"


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"Tel": "phone"}, "leads.csv has no column “Tel”. It has: a, b."),
        ({"a": "phne"}, "Column “a” cannot be mapped to “phne”. Fields are: phone, phone2"),
        ({"a": "phone", "b": "phone"}, "Two columns are mapped to “phone”"),
        ({"a": "name"}, "No column of leads.csv looks like telephone numbers. Map one of its"),
    ],
)
def test_faults_name_the_columns(told: dict[str, str], sentence: str) -> None:
    with pytest.raises(UserError) as caught:
        plan_columns(["a", "b"], told, "leads.csv")
    assert sentence in str(caught.value)
