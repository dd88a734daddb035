import { computed, signal } from "@preact/signals";
import { en } from "../texts/en";

type Paths<T, P extends string = ""> = {
  [K in keyof T & string]: T[K] extends string ? `${P}${K}` : Paths<T[K], `${P}${K}.`>;
}[keyof T & string];

export type TextKey = Paths<typeof en>;
/** Keys that have a `_one` and an `_other` form. */
export type CountKey = TextKey extends infer K ? (K extends `${infer Base}_other` ? Base : never) : never;
export type Locale = "en" | "de";
export type Catalogue = DeepText<typeof en>;
type DeepText<T> = { [K in keyof T]: T[K] extends string ? string : DeepText<T[K]> };

const STORED = "docflow.locale";
export const LOCALES: Record<Locale, string> = { en: "English", de: "Deutsch" };

export const locale = signal<Locale>("en");
/** Whose numbers and dates: the browser's own kind of the language, such as "en-GB", where it names one. */
export const region = computed<string>(
  () => navigator.languages?.find((each) => each.slice(0, 2) === locale.value) ?? locale.value,
);
const catalogue = signal<Catalogue>(en);

/** The chosen language, else the browser's where there is a catalogue of it. */
export async function openLocale(): Promise<void> {
  const chosen = localStorage.getItem(STORED) ?? navigator.language.slice(0, 2);
  await setLocale(chosen === "de" ? "de" : "en", { keep: false });
}

let latest: Locale = "en";

/** The last choice holds, also where an earlier one's catalogue comes later. */
export async function setLocale(wanted: Locale, { keep = true } = {}): Promise<void> {
  latest = wanted;
  const texts = wanted === "de" ? (await import("../texts/de")).de : en;
  if (latest !== wanted) return;
  catalogue.value = texts;
  locale.value = wanted;
  document.documentElement.lang = wanted;
  if (keep) localStorage.setItem(STORED, wanted);
}

export type Values = Record<string, string | number>;

/** The text under a key, its `{name}`s filled. Text is data for the page, never markup. */
export function t(key: TextKey, values?: Values): string {
  return filled(found(key) ?? key, values);
}

/** The text for a count, as the language counts. `{count}` is filled. */
export function tn(key: CountKey, count: number, values?: Values): string {
  const form = new Intl.PluralRules(locale.value).select(count) === "one" ? "one" : "other";
  return filled(found(`${key}_${form}`) ?? key, { count: number(count), ...values });
}

/** The text of a word the server sent (`status.completed`); the word itself where there is none. */
export function tword(group: string, word: string): string {
  return found(`${group}.${word}`) ?? word.replaceAll("_", " ");
}

function found(key: string): string | undefined {
  let at: unknown = catalogue.value;
  for (const part of key.split(".")) at = (at as Record<string, unknown> | undefined)?.[part];
  return typeof at === "string" ? at : undefined;
}

function filled(text: string, values?: Values): string {
  return values ? text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole)) : text;
}

function number(value: number): string {
  return new Intl.NumberFormat(region.value).format(value);
}
