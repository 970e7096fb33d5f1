import { NativeSelect, Stack, TextInput, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useAct } from "../api/act";
import { type ThemeChoice, useMe } from "../api/me";
import type { Tastes } from "../api/schema";
import { keep, useTheme } from "../app/useTheme";
import classes from "../desk/desk.module.css";
import { FaultText } from "../parts/FaultText";
import { PageHeader } from "../parts/PageHeader";
import { ChangePassword } from "./ChangePassword";
import { OwnPhone } from "./OwnPhone";
import { OwnSessions } from "./OwnSessions";
import { SecondStep } from "./SecondStep";
import styles from "./signin.module.css";

/** One's own settings. */
export default function MePage() {
  const { t } = useTranslation("signin");
  const me = useMe();
  return (
    <div className="page">
      <PageHeader title={t("me.title")} />
      <div className={styles.settings}>
        <Part title={t("me.looks")}>
          <Looks />
        </Part>
        {me.phone && (
          <Part title={t("phone.title")}>
            <OwnPhone />
          </Part>
        )}
        <Part title={t("password")}>
          <ChangePassword onDone={() => notifications.show({ message: t("passwordChanged") })} />
        </Part>
        <Part title={t("totp.title")}>
          <SecondStep />
        </Part>
        <Part title={t("sessions.title")}>
          <OwnSessions />
        </Part>
      </div>
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={classes.card}>
      <Title order={2} mb={8}>
        {title}
      </Title>
      {children}
    </section>
  );
}

function Looks() {
  const { t } = useTranslation("signin");
  const me = useMe();
  const { chosen, choose } = useTheme();
  const [name, setName] = useState(me.display_name);
  const change = useAct((tastes: Tastes) => keep(tastes));
  return (
    <Stack gap={12}>
      <TextInput
        label={t("me.displayName")}
        maxLength={128}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        onBlur={() => name !== me.display_name && change.act({ display_name: name })}
      />
      <NativeSelect
        size="xs"
        label={t("app:user.language")}
        value={me.language}
        onChange={(event) =>
          change.act({ language: event.currentTarget.value as "" | "en" | "zh" })
        }
        data={[
          { value: "", label: t("me.asBrowser") },
          { value: "en", label: "English" },
          { value: "zh", label: "简体中文" },
        ]}
      />
      <NativeSelect
        size="xs"
        label={t("app:user.theme")}
        value={chosen}
        onChange={(event) => choose(event.currentTarget.value as ThemeChoice)}
        data={(["auto", "light", "dark"] as const).map((value) => ({
          value,
          label: t(`app:theme.${value}`),
        }))}
      />
      <FaultText fault={change.fault} />
    </Stack>
  );
}
