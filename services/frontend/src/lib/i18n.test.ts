import { afterEach, expect, test } from "vitest";
import { de } from "../texts/de";
import { en } from "../texts/en";
import { setLocale, t, tn, tword } from "./i18n";

afterEach(() => setLocale("en"));

function leaves(of: object, path = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of Object.entries(of)) {
    if (typeof value === "string") found.set(path + name, value);
    else for (const [key, text] of leaves(value, `${path}${name}.`)) found.set(key, text);
  }
  return found;
}

test("both catalogues have the same keys and name the same values", () => {
  const german = leaves(de);
  const wrong = [...leaves(en)].filter(([key, text]) => {
    const names = (given: string) =>
      [...given.matchAll(/\{(\w+)\}/g)]
        .map((each) => each[1])
        .sort()
        .join();
    return names(text) !== names(german.get(key) ?? "missing {}");
  });
  expect(wrong).toEqual([]);
  expect(german.size).toBe(leaves(en).size);
});

test("a text is filled and counted as the language counts", async () => {
  expect(t("keys.go", { place: "Reviews" })).toBe("Go to Reviews");
  expect(tn("processes.more", 2)).toBe("and 2 more");
  await setLocale("de");
  expect(tn("processes.more", 1200)).toBe("und 1.200 weitere");
});

test("a word that the catalogue lacks is shown as it came", () => {
  expect(tword("status", "brand_new")).toBe("brand new");
});

test("the last choice holds, also where an earlier one's texts come later", async () => {
  const slow = setLocale("de");
  await setLocale("en");
  await slow;
  expect(t("common.cancel")).toBe(en.common.cancel);
});
