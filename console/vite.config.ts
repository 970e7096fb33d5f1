/// <reference types="vitest/config" />
import { readdirSync, readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** Where `npm run dev` sends what is not ours: CTI_URL, else the service of the state folder. */
function service(): string {
  if (process.env.CTI_URL) return process.env.CTI_URL;
  const state = process.env.CTI_STATE ?? resolve(import.meta.dirname, "../.state/serve");
  try {
    const said: unknown = JSON.parse(readFileSync(resolve(state, "service.json"), "utf8"));
    if (typeof said === "object" && said !== null && "url" in said) return String(said.url);
  } catch {
    // No service runs there: the page then says that it cannot reach one.
  }
  return "http://127.0.0.1:8080";
}

/** Writes .br and .gz beside every text asset, so that the service never compresses by itself. */
function precompressed(): Plugin {
  const brotli = promisify(brotliCompress);
  const zip = promisify(gzip);
  return {
    name: "precompressed",
    apply: "build",
    // What Vite itself still replaces in the chunks comes before: hence from the written files.
    async writeBundle({ dir }, bundle) {
      if (!dir) return;
      const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
      for (const fileName of Object.keys(bundle)) {
        if (!/\.(js|css|svg|json)$/.test(fileName)) continue;
        const file = resolve(dir, fileName);
        const text = await readFile(file);
        if (text.length < 1024) continue;
        await writeFile(`${file}.br`, await brotli(text, quality));
        await writeFile(`${file}.gz`, await zip(text, { level: 9 }));
      }
    },
  };
}

/** Fails a build that draws a part of Mantine without its styles: `src/app/mantine.css` lists them. */
function stylesOfAllParts(): Plugin {
  const CLASS = /\bm_[0-9a-f]{6,8}\b/g;
  return {
    name: "styles-of-all-parts",
    apply: "build",
    enforce: "post",
    generateBundle(_, bundle) {
      const drawn = new Set<string>();
      const styled = new Set<string>();
      for (const one of Object.values(bundle)) {
        const [found, text] =
          one.type === "chunk" ? [drawn, one.code] : [styled, one.source.toString()];
        if (one.type === "chunk" || one.fileName.endsWith(".css"))
          for (const [name] of text.matchAll(CLASS)) found.add(name);
      }
      const folder = resolve(import.meta.dirname, "node_modules/@mantine/core/styles");
      for (const file of readdirSync(folder).filter((name) => name.endsWith(".layer.css"))) {
        const [own] = readFileSync(resolve(folder, file), "utf8").match(CLASS) ?? [];
        if (own && drawn.has(own) && !styled.has(own))
          this.error(`src/app/mantine.css lacks @import "@mantine/core/styles/${file}";`);
      }
    },
  };
}

/**
 * Few files, for browsers fetch six at a time: what every page begins with, of others and of us;
 * what several pages share. The rest is each page's own.
 */
const FILES = [
  { name: "base", test: /node_modules/, tags: ["$initial" as const] },
  { name: "base", test: /@tabler.icons-react/, minShareCount: 2 },
  { name: "first", tags: ["$initial" as const] },
  { name: "shared", minShareCount: 4 },
];

export default defineConfig({
  plugins: [react(), precompressed(), stylesOfAllParts()],
  // The service puts its nonce of the moment there: styles made at run time carry it.
  html: { cspNonce: "__CSP_NONCE__" },
  build: {
    target: "es2023",
    assetsInlineLimit: 0, // the content policy allows no data: scripts or fonts
    chunkSizeWarningLimit: 700,
    rolldownOptions: { output: { codeSplitting: { groups: FILES } } },
  },
  server: {
    host: "127.0.0.1",
    // The host stays ours: the service compares it with the origin.
    proxy: { "/v1": { target: service(), ws: true } },
  },
  test: { environment: "happy-dom", include: ["src/**/*.test.{ts,tsx}"] },
});
