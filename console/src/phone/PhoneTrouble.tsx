import { Button, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { usePhone } from ".";
import classes from "./phone.module.css";

/** What is wrong with the phone, in a sentence, and what to do. Nothing when all is well. */
export function PhoneTrouble() {
  const { t } = useTranslation("phone");
  const { view, phone } = usePhone();
  if (!phone) return null;
  const trouble = view.elsewhere
    ? { key: `elsewhere.${view.elsewhere}`, act: "take", run: () => phone.takeHere() }
    : view.line === "refused" || view.line === "lost"
      ? { key: view.line, act: null, run: null }
      : view.soundBlocked
        ? { key: "soundBlocked", act: "unblock", run: () => phone.unblockSound() }
        : view.micFault
          ? { key: `mic.${view.micFault}`, act: "retry", run: () => phone.retryMic() }
          : view.micInstead !== null
            ? { key: "mic.instead", act: "accept", run: () => phone.acceptMic() }
            : null;
  if (!trouble) return null;
  return (
    <div
      className={classes.trouble}
      role="alert"
      data-testid="phone-trouble"
      data-trouble={trouble.key}
    >
      <Stack gap={4} align="flex-start">
        <Text size="sm">{t(`trouble.${trouble.key}`, { mic: view.micInstead })}</Text>
        {trouble.act && (
          <Button
            size="compact-xs"
            variant="default"
            onClick={trouble.run}
            data-testid={`phone-${trouble.act}`}
          >
            {t(`act.${trouble.act}`)}
          </Button>
        )}
      </Stack>
    </div>
  );
}
