import { Button, Stack, Text, Title } from "@mantine/core";
import { Component, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

/** A page that fails says so; the rest of the console, and a call, go on. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return <Broken error={error} again={() => this.setState({ error: null })} />;
  }
}

export function Broken({ error, again }: { error: unknown; again: () => void }) {
  const { t } = useTranslation("app");
  return (
    <Stack p={32} align="flex-start" role="alert">
      <Title order={1}>{t("broken.title")}</Title>
      <Text>{t("broken.text")}</Text>
      <Text className="mono quiet" size="sm">
        {error instanceof Error ? error.message : String(error)}
      </Text>
      <Button onClick={again}>{t("broken.again")}</Button>
    </Stack>
  );
}
