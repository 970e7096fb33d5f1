import { Paper, Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";
import { LanguageSwitch } from "./LanguageSwitch";
import classes from "./signin.module.css";

/** A page of those who are not in yet: one card in the middle. */
export function Card({ title, children }: { title: string; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · CTI`;
  }, [title]);
  return (
    <main className={classes.page}>
      <Paper className={classes.card} withBorder>
        <img src="/mark.svg" alt="" width={40} height={40} />
        <Title order={1}>{title}</Title>
        {children}
      </Paper>
      <LanguageSwitch />
    </main>
  );
}
