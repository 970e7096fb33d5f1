import { MantineThemeProvider, Title } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./form.module.css";

interface Props {
  id?: string;
  title: string;
  /** At the right of the title. */
  tools?: ReactNode;
  children: ReactNode;
}

/** One question of a page, with its answers below. */
export function Panel({ id, title, tools, children }: Props) {
  return (
    <section id={id} className={classes.panel} aria-label={title}>
      <div className={classes.panelHead}>
        <Title order={2}>{title}</Title>
        <div>{tools}</div>
      </div>
      {children}
    </section>
  );
}

/** What a field means stands below it, so that fields beside each other are on one line. */
const BELOW = {
  components: {
    InputWrapper: {
      defaultProps: { inputWrapperOrder: ["label", "input", "error", "description"] },
    },
  },
};

/** Fields beside each other, as many as fit. */
export function Fields({ children }: { children: ReactNode }) {
  return (
    <MantineThemeProvider theme={BELOW}>
      <div className={classes.fields}>{children}</div>
    </MantineThemeProvider>
  );
}
