import type { Fractions } from "../../ui/viewer/geometry";
import type { Flag, Place } from "./case";

type Json = Record<string, unknown>;

/** A fact from the evidence of a flag: its name as the server calls it, and its value as text. */
export interface Fact {
  name: string;
  value: string;
}

export interface Change {
  before: string;
  after: string;
  place: Place | null;
}

export interface Account {
  number: string;
  firstSeen: string | null;
  lastSeen: string | null;
  isVerified: boolean;
}

/** The other document that a duplicate is compared with. */
export function twinOf(flag: Flag): { processId: string; documentId: string } | null {
  const { process_id, document_id } = flag.evidence;
  return flag.code.startsWith("duplicate_") &&
    typeof process_id === "string" &&
    typeof document_id === "string"
    ? { processId: process_id, documentId: document_id }
    : null;
}

export function changesOf(flag: Flag): Change[] {
  const { changes, values } = flag.evidence;
  if (flag.code === "text_layer_mismatch") return list(values).map(asDrawn);
  if (!Array.isArray(changes)) return [];
  return changes.map((each: Json) => ({
    before: text(each.before),
    after: text(each.after),
    place: placeOf(each),
  }));
}

/** What the text states, and what the page shows instead. */
function asDrawn(value: unknown): Change {
  const each = (typeof value === "object" && value !== null ? value : {}) as Json;
  return { before: text(each.text), after: text(each.picture), place: placeOf(each) };
}

export function accountsOf(flag: Flag): { asked: string[]; known: Account[] } | null {
  if (flag.code !== "bank_details_changed") return null;
  const asked = list(flag.evidence.new).map(text);
  const known = list(flag.evidence.known).map((each) => {
    const account = (typeof each === "object" && each !== null ? each : { account: each }) as Json;
    return {
      number: text(account.account),
      firstSeen: day(account.first_seen_at),
      lastSeen: day(account.last_seen_at),
      isVerified: account.verified_at !== null && account.verified_at !== undefined,
    };
  });
  return { asked, known };
}

/** Where on the document a flag points. */
export function placesOf(flag: Flag): Place[] {
  const own = placeOf(flag.evidence);
  const several = [...list(flag.evidence.places), ...list(flag.evidence.boxes)].flatMap(
    (each) => placeOf(each as Json) ?? [],
  );
  return own ? [own, ...several] : several;
}

const NO_FACTS = new Set([
  "process_id",
  "document_id",
  "vendor_id",
  "page",
  "box",
  "first_use",
  "field",
  "fields",
]);

/** Whatever else there is, as plain pairs: single values and lists of them. */
export function factsOf(flag: Flag): Fact[] {
  if (changesOf(flag).length > 0 || accountsOf(flag)) return [];
  return Object.entries(flag.evidence).flatMap(([name, value]) => {
    const shown = NO_FACTS.has(name) ? "" : plain(value);
    return shown ? [{ name, value: shown }] : [];
  });
}

function plain(value: unknown): string {
  if (Array.isArray(value)) {
    return value.every((each) => typeof each !== "object") ? value.slice(0, 8).map(text).join(", ") : "";
  }
  return typeof value === "object" ? "" : text(value);
}

function placeOf(given: Json): Place | null {
  const { page, box } = given ?? {};
  if (typeof page !== "number" || !Array.isArray(box) || box.length !== 4) return null;
  return { page, box: box.map(Number) as unknown as Fractions };
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return value === null || value === undefined ? "" : String(value);
}

function day(value: unknown): string | null {
  return typeof value === "string" && value ? value : null;
}
