"""`make pictures`: the console's screens as the docs show them, in English and Chinese.

A call centre at work: robot agents in a campaign with a script, and people at their pages. Writes
docs/img/NAME.LANGUAGE.webp, lossless.
"""

import argparse
import asyncio
import io
import itertools
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

from PIL import Image
from playwright.async_api import expect

from dialer.scripts.files import read_script_file
from tests.browser.chrome import REPOSITORY, Browsers, Window, open_browsers
from tests.browser.desk import PATIENCE_MS, Desk
from tests.browser.yard import Town, open_town

IMG = REPOSITORY / "docs/img"
FAULTY = REPOSITORY / "examples/leads-with-faults.csv"
SCRIPTS = REPOSITORY / "examples/scripts"
LOCALES = {"en": "en-GB", "zh": "zh-CN"}
ROBOTS = 5
WARM_UP = 45.0
"""Seconds of work before the pictures: figures, plots and recordings want something to show."""
MIXTURE = ("talks", "talks", "tone", "busy", "talks", "unanswered", "late", "untaught")
PAGES = {
    "floor": ("sofia", "/floor"),
    "floor-campaigns": ("sofia", "/floor?tab=campaigns"),
    "recordings": ("quinn", "/recordings"),
    "campaign": ("alma", "/campaigns/{campaign}"),
    "import": ("alma", "/campaigns/{campaign}/import"),
    "lists": ("alma", "/lists"),
    "script": ("alma", "/scripts/{script}"),
    "lead": ("alma", "/leads/{lead}"),
    "reports": ("alma", "/reports"),
    "outcomes": ("alma", "/outcomes"),
    "users": ("alma", "/admin/users"),
    "trunks": ("alma", "/admin/trunks"),
    "audit": ("alma", "/audit"),
}


async def take(languages: list[str], only: list[str]) -> None:
    """All pictures, or some of them."""
    IMG.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="pictures-") as folder:
        async with AsyncExitStack() as undo:
            town = await open_town(Path(folder).resolve(), undo)
            await town.yard.staff(ROBOTS, seed=7)
            browsers = await open_browsers(Path(folder), undo)
            places = {}
            for language in languages:
                places = await open_campaign(town, language)
                await asyncio.sleep(WARM_UP)
                places["lead"] = await somebody_called(town, places["campaign"])
                for name, (who, path) in PAGES.items():
                    if not only or name in only:
                        await picture(town, browsers, name, who, path.format(**places), language)
                if not only or "desk" in only:
                    await desk(town, browsers, language)
                await town.ask("POST", f"/v1/campaigns/{places['campaign']}/stop")
                await browsers.close_windows()


async def open_campaign(town: Town, language: str) -> dict[str, int]:
    """A campaign that robots work at, with a script; what addresses are made of."""
    file, _ = await asyncio.to_thread(read_script_file, SCRIPTS / f"spring-offer.{language}.yaml")
    content = file.content.model_dump(mode="json", by_alias=True)
    script = await town.ask("POST", "/v1/scripts", json={"name": file.name, "content": content})
    personas = itertools.islice(itertools.cycle(MIXTURE), 400)
    campaign = await town.campaign(
        *(town.number(persona) for persona in personas),
        name={"en": "Fibre for everybody", "zh": "光纤到户"}[language],
        mode="predictive",
        script_id=script["id"],
        wrap_up_s=25,
        caller_ids=["+864008001234"],
    )
    return {"campaign": campaign, "script": script["id"]}


async def somebody_called(town: Town, campaign: int) -> int:
    """Id of a lead with whom somebody has talked."""
    attempts = await town.attempts(campaign)
    return next(int(one["lead_id"]) for one in attempts if one["disposition"])


async def window(town: Town, browsers: Browsers, who: str, path: str, language: str) -> Window:
    """A page of somebody who reads this language."""
    opened = await browsers.window(who, town.url, locale=LOCALES[language])
    token = (await town.link(who)).partition("#")[2]
    asked = opened.context.request
    assert (await asked.post("/v1/session/link", data={"token": token})).ok
    me = await (await asked.get("/v1/me")).json()
    tastes = {"language": language}
    await asked.patch("/v1/me", data=tastes, headers={"X-CSRF-Token": me["csrf"]})
    await opened.page.goto(path)
    await expect(opened.page.get_by_role("main")).to_be_visible()
    return opened


async def picture(
    town: Town, browsers: Browsers, name: str, who: str, path: str, language: str
) -> None:
    """One page, once its figures are there."""
    opened = await window(town, browsers, who, path, language)
    await opened.page.wait_for_load_state("networkidle", timeout=PATIENCE_MS)
    await asyncio.sleep(3)
    if name == "floor":
        talking = opened.page.locator("tr", has_text={"en": "Talking", "zh": "通话中"}[language])
        await talking.first.click(timeout=PATIENCE_MS)
        await asyncio.sleep(2)
    if name == "import":
        await opened.page.set_input_files("input[type=file]", FAULTY)
        await opened.page.wait_for_load_state("networkidle", timeout=PATIENCE_MS)
        await asyncio.sleep(2)
    if name == "recordings":
        await opened.page.locator("tbody tr").first.click()
        await asyncio.sleep(3)
    await keep(opened, f"{name}.{language}")
    await opened.context.close()


async def desk(town: Town, browsers: Browsers, language: str) -> None:
    """An agent in a call, and after it."""
    anna = Desk(await window(town, browsers, "anna", "/desk", language))
    await anna.begin()
    await anna.talking()
    await anna.part("notes").fill({"en": "Likes it.", "zh": "很感兴趣。"}[language])
    await anna.part("agent-state").hover()
    await asyncio.sleep(2)
    await keep(anna.window, f"desk.{language}")
    await anna.page.keyboard.press("Alt+x")
    await anna.phase("ended")
    await asyncio.sleep(1)
    await keep(anna.window, f"desk-wrap-up.{language}")
    await anna.page.keyboard.press("5")
    await town.ask("POST", "/v1/agents/anna/sign-out")
    await town.until("/v1/agents/anna", state="signed_out")


async def keep(opened: Window, name: str) -> None:
    """Write the page as WebP, which is half of a PNG."""
    image = Image.open(io.BytesIO(await opened.page.screenshot()))
    image.convert("RGB").save(IMG / f"{name}.webp", lossless=True, quality=90, method=6)


def main() -> None:
    """Take them."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.pictures", description=__doc__)
    parser.add_argument("only", nargs="*", help=f"desk, {', '.join(PAGES)}; none: all")
    parser.add_argument("--language", action="append", choices=list(LOCALES))
    given = parser.parse_args()
    asyncio.run(take(given.language or list(LOCALES), given.only))


if __name__ == "__main__":
    main()
