import "@mantine/core/styles.css";
import "@mantine/dates/styles.css";
import "@mantine/notifications/styles.css";
import "@mantine/spotlight/styles.css";
import "./app/tokens.css";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { startTexts } from "./i18n";

const root = document.getElementById("root");
if (!root) throw new Error("no #root in index.html");
await startTexts();
createRoot(root).render(<App />);
