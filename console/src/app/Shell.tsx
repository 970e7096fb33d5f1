import { useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { type ReactNode, useEffect } from "react";
import { createPortal } from "react-dom";
import { useTranslation } from "react-i18next";
import { Link, NavLink, Outlet } from "react-router";
import { type Me, useMe } from "../api/me";
import { browserLanguage, speak } from "../i18n";
import { link } from "../live";
import { usePagePhone } from "../phone";
import { PhoneHealth } from "../phone/PhoneHealth";
import { SignInBar } from "../signin/SignInBar";
import { BackToCall } from "./BackToCall";
import { ConnectionPill } from "./ConnectionPill";
import { Notices } from "./Notices";
import { Palette, PaletteButton } from "./Palette";
import { mayOpen } from "./rights";
import { pages } from "./routes";
import classes from "./Shell.module.css";
import { useSlot } from "./slot";
import { UserMenu } from "./UserMenu";

/** What stands around every page: navigation, top bar, palette, notices, the live link. */
export function Shell() {
  const me = useMe();
  const { t } = useTranslation();
  usePersonsTaste(me.language, me.theme);
  usePagePhone(me);
  useEffect(() => {
    link.start();
    return () => link.stop();
  }, []);
  const [, setSlot] = useSlot();
  const nav = pages.filter((page) => page.nav && mayOpen(page, me));
  const railed = nav.length > 1;

  return (
    <div className={classes.shell} data-railed={railed || undefined}>
      <a className={classes.skip} href="#page">
        {t("app:skip")}
      </a>
      {railed && (
        <nav className={classes.rail} aria-label={t("app:nav")}>
          {nav.map(({ path, nav: entry }) =>
            entry ? (
              <NavLink key={path} to={path} className={classes.link}>
                <entry.icon size={20} />
                <span>{t(entry.textKey)}</span>
              </NavLink>
            ) : null,
          )}
        </nav>
      )}
      <header className={classes.bar}>
        <Link to="/" aria-label={t("app:home")} className={classes.home}>
          <img src="/mark.svg" alt="" width={24} height={24} />
        </Link>
        <div ref={setSlot} className={classes.slot} />
        {me.agent !== null && <BackToCall />}
        <PhoneHealth />
        <ConnectionPill />
        <PaletteButton />
        <UserMenu />
      </header>
      <main id="page" className={classes.page} tabIndex={-1}>
        <SignInBar />
        <Outlet />
      </main>
      <Palette />
      <Notices />
    </div>
  );
}

/** A page's own part of the top bar: `<InTopBar>…</InTopBar>`. */
export function InTopBar({ children }: { children: ReactNode }) {
  const [slot] = useSlot();
  return slot && createPortal(children, slot);
}

/** Language and theme follow the person, from one browser to the next. */
function usePersonsTaste(language: Me["language"], theme: Me["theme"]): void {
  const { setColorScheme } = useMantineColorScheme();
  const shown = useComputedColorScheme("light");
  useEffect(() => {
    // A new link tells everything anew, and has the page fetch again what it shows.
    void speak(language || browserLanguage()).then((changed) => changed && link.again());
  }, [language]);
  useEffect(() => {
    setColorScheme(theme || "auto");
  }, [theme, setColorScheme]);
  useEffect(() => {
    document.documentElement.style.colorScheme = shown;
  }, [shown]);
}
