import { Skeleton, Stack } from "@mantine/core";
import { Suspense } from "react";
import { useLocation } from "react-router";
import { useMe } from "../api/me";
import { ErrorBoundary } from "./ErrorBoundary";
import { Forbidden } from "./NotFound";
import { mayOpen } from "./rights";
import type { Page } from "./routes";

/** A page with what every page needs: its right, its skeleton while it loads, its own boundary. */
export function PageFrame({ page }: { page: Page }) {
  const me = useMe();
  const { pathname } = useLocation();
  if (!mayOpen(page, me)) return <Forbidden />;
  const Element = page.element;
  return (
    <ErrorBoundary key={pathname}>
      <Suspense fallback={<PageSkeleton />}>
        <Element />
      </Suspense>
    </ErrorBoundary>
  );
}

function PageSkeleton() {
  return (
    <Stack p={16} gap={12} aria-busy="true">
      <Skeleton height={28} width={240} />
      <Skeleton height={120} />
      <Skeleton height={240} />
    </Stack>
  );
}
