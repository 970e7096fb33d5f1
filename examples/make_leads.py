"""Makes leads.csv: 500 leads in three time zones, the same ones every time.

Usage: python examples/make_leads.py > examples/leads.csv

Nobody should ever be called by accident. The British numbers are Ofcom's for drama
(07700 900000 to 900999), the American ones are 555-0100 to 555-0199, which are set aside for
fiction. China reserves none, so these are 138 0000 xxxx: plausible, not reserved. Dial this list
on the demo's own PSTN only.
"""

import csv
import random
import sys
from collections.abc import Iterator

HEADER = ["name", "phone", "city", "reference"]
FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = ["伟", "芳", "娜", "秀英", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟"]
FIRST = ["Alice", "Ben", "Clara", "Daniel", "Emma", "Frank", "Grace", "Henry", "Isla", "Jack"]
LAST = ["Adams", "Baker", "Carter", "Davies", "Evans", "Foster", "Green", "Hughes", "Irving"]
CHINA = ["北京", "上海", "广州", "深圳", "成都", "杭州", "武汉", "西安"]
BRITAIN = ["London", "Leeds", "Bristol", "Glasgow", "Cardiff"]
EAST = {"212": "New York", "617": "Boston", "305": "Miami", "404": "Atlanta"}


def leads(seed: int = 7) -> Iterator[list[str]]:
    """500 rows in mixed order: 300 of China, 100 of Britain, 100 of the American East."""
    chance = random.Random(seed)  # noqa: S311 - made-up people, not secrets
    rows = [
        [
            chance.choice(FAMILY) + chance.choice(GIVEN),
            f"+86 138 0000 {line:04}",
            chance.choice(CHINA),
        ]
        for line in chance.sample(range(10_000), 300)
    ]
    rows += [
        [english(chance), f"+44 7700 900{line:03}", chance.choice(BRITAIN)]
        for line in chance.sample(range(1000), 100)
    ]
    rows += [
        [english(chance), f"+1 {area} 555 01{line:02}", town]
        for area, town in EAST.items()
        for line in chance.sample(range(100), 25)
    ]
    chance.shuffle(rows)
    for number, row in enumerate(rows, 1):
        yield [*row, f"L{number:04}"]


def english(chance: random.Random) -> str:
    """A made-up name."""
    return f"{chance.choice(FIRST)} {chance.choice(LAST)}"


def main() -> None:
    """Write the list to standard output."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(leads())


if __name__ == "__main__":
    main()
