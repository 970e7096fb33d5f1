import "./app/mantine.css";
import "./app/tokens.css";
import { createRoot } from "react-dom/client";
import { ME_QUERY } from "./api/me";
import { queries } from "./api/queries";
import { App } from "./app/App";
import { fetchPage } from "./app/router";
import { startTexts } from "./i18n";

const root = document.getElementById("root");
if (!root) throw new Error("no #root in index.html");
// Who it is, the page's code and the texts are asked for at once; what fails is told where it is used.
queries.ensureQueryData(ME_QUERY).then(fetchPage, () => {});
await startTexts();
createRoot(root).render(<App />);
