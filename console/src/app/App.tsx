import { DirectionProvider, MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { setNonce } from "get-nonce";
import { RouterProvider } from "react-router/dom";
import { queries } from "../api/queries";
import { ErrorBoundary } from "./ErrorBoundary";
import { router } from "./router";
import { theme } from "./theme";

/** The service's nonce for styles made at run time (content security policy). */
function nonce(): string {
  return document.querySelector<HTMLMetaElement>("meta[property=csp-nonce]")?.nonce ?? "";
}

setNonce(nonce()); // for what locks the page's scroll below drawers and the palette

export function App() {
  return (
    <DirectionProvider>
      <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={nonce}>
        <Notifications position="bottom-right" limit={4} zIndex={400} />
        <ErrorBoundary>
          <QueryClientProvider client={queries}>
            <RouterProvider router={router} />
          </QueryClientProvider>
        </ErrorBoundary>
      </MantineProvider>
    </DirectionProvider>
  );
}
