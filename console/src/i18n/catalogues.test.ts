import { describe, expect, it } from "vitest";
import en from "./catalogue.en";
import zh from "./catalogue.zh";

type Texts = { [key: string]: string | Texts };

function flat(texts: Texts, prefix = ""): Map<string, string> {
  const all = new Map<string, string>();
  for (const [key, value] of Object.entries(texts)) {
    if (typeof value === "string") all.set(prefix + key, value);
    else for (const [k, v] of flat(value, `${prefix}${key}.`)) all.set(k, v);
  }
  return all;
}

const places = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((m) => m[1]).sort();
const base = (key: string) => key.replace(/_(zero|one|two|few|many|other)$/, "");
const features = Object.keys(en).map((path) => path.split("/")[1] ?? "");
const of = (all: Record<string, unknown>, feature: string, language: string) =>
  flat((all[`../${feature}/texts.${language}.json`] ?? {}) as Texts);

const sources = import.meta.glob<string>("../*/**/*.{ts,tsx}", {
  eager: true,
  query: "?raw",
  import: "default",
});

describe.each(features)("texts of %s", (feature) => {
  const english = of(en, feature, "en");
  const chinese = of(zh, feature, "zh");

  it("are the same in both languages", () => {
    const keys = (texts: Map<string, string>) => [...new Set([...texts.keys()].map(base))].sort();
    expect(keys(chinese)).toEqual(keys(english));
  });

  it("have the same places, and none is empty", () => {
    for (const [key, text] of english) {
      expect(text.trim(), key).not.toBe("");
      const other = chinese.get(key) ?? chinese.get(`${base(key)}_other`) ?? chinese.get(base(key));
      if (other !== undefined && key === base(key))
        expect(places(other), key).toEqual(places(text));
    }
  });

  it("has every text that its pages name", () => {
    const missing: string[] = [];
    for (const [path, source] of Object.entries(sources)) {
      if (path.includes(".test.")) continue;
      const own = path.split("/")[1] ?? "";
      for (const [, key] of source.matchAll(/\bt\(\s*"([\w:.-]+)"/g)) {
        const [space, name] = key?.includes(":") ? key.split(":") : [own, key];
        if (space !== feature || !name) continue;
        if (!english.has(name) && !english.has(`${name}_other`)) missing.push(`${path}: ${key}`);
      }
    }
    expect(missing).toEqual([]);
  });
});
