import { useEffect, useRef, useState } from "preact/hooks";
import type { Fractions } from "../../ui/viewer/geometry";
import { readRegion } from "./api";
import { type Case, type Field, type Group, groupOf } from "./case";
import { confirmed, type Draft, edited, keepDraft, keptDraft, unconfirmed, valueIn } from "./draft";
import { canonical, wrongWith } from "./values";

export interface Bench {
  draft: Draft;
  change: (draft: Draft) => void;
  /** The field that is looked at. */
  active: string | null;
  look: (name: string | null) => void;
  /** All fields in the order in which they stand. */
  order: Field[];
  groups: Record<Group, Field[]>;
  doubtful: Field[];
  /** Doubtful fields that nobody confirmed yet. */
  left: Field[];
  type: (field: Field, typed: string) => void;
  /** Keeps what was typed in its canonical form. */
  settle: (field: Field) => void;
  /** Settles and confirms; the name of the next one to look at, null when none is left, the same where the value cannot be. */
  confirm: (field: Field) => string | null;
  /** They are to be confirmed again. */
  doubt: (names: readonly string[]) => void;
  /** Reads a drawn box into a field. */
  drawInto: (field: Field, documentId: string, page: number, box: Fractions) => Promise<boolean>;
}

/** The reviewer's work on one case: what was typed, what was confirmed, where the eye is. */
export function useBench(of: Case, save: (field: Field, value: string) => void): Bench {
  const [draft, setDraft] = useState<Draft>(() => keptDraft(of.processId));
  const now = useRef(draft);
  const latest = useRef(of);
  latest.current = of;
  const sent = useRef(new Map<string, string>());
  const change = (next: Draft) => {
    now.current = next;
    setDraft(next);
    keepDraft(of.processId, next);
  };
  // What the server has by now is no longer under way.
  useEffect(() => {
    for (const field of of.fields)
      if (sent.current.get(field.name) === field.value) sent.current.delete(field.name);
  }, [of]);
  // While a correction is under way, the value that was first read is an edit, too.
  const typed = (field: Field, value: string): Draft =>
    sent.current.has(field.name)
      ? { ...now.current, edits: { ...now.current.edits, [field.name]: value } }
      : edited(now.current, field, value);
  // What was in doubt stays where it stands once it is put right; what a rule newly doubts joins it.
  const asked = useRef(new Set<string>());
  for (const field of of.fields) if (groupOf(field) === "doubtful") asked.current.add(field.name);
  const [firsts] = useState(() => new Map(of.fields.map((each) => [each.name, groupOf(each)])));
  const group = (field: Field): Group =>
    asked.current.has(field.name) ? "doubtful" : (firsts.get(field.name) ?? groupOf(field));
  const within = (wanted: Group) => of.fields.filter((each) => group(each) === wanted);
  const groups = { doubtful: within("doubtful"), read: within("read"), empty: within("empty") };
  const { doubtful } = groups;
  const order = [...doubtful, ...groups.read, ...groups.empty];
  const isLeft = (field: Field) => !now.current.confirmed.includes(field.name);
  const [active, look] = useState<string | null>(doubtful.find(isLeft)?.name ?? null);

  const settle = (field: Field) => {
    const value = canonical(field.kind, valueIn(now.current, field));
    change(typed(field, value));
    if (value === (sent.current.get(field.name) ?? field.value) || wrongWith(field.kind, value)) return;
    sent.current.set(field.name, value);
    save(field, value);
  };
  return {
    draft,
    change,
    groups,
    active,
    look,
    order,
    doubtful,
    left: doubtful.filter(isLeft),
    type: (field, value) => change(typed(field, value)),
    settle,
    confirm: (field) => {
      settle(field);
      if (wrongWith(field.kind, valueIn(now.current, field))) return field.name;
      change(confirmed(now.current, field.name));
      return nextAfter(doubtful, field, isLeft);
    },
    doubt: (names) => change(unconfirmed(now.current, names)),
    drawInto: async (field, documentId, page, box) => {
      const read = await readRegion(documentId, page, box, field.kind);
      const text = canonical(field.kind, read.value === null ? read.text : String(read.value));
      if (text === "") return false;
      // Meanwhile an earlier correction may have been kept, so that what was first read is an edit again.
      const asItIs = latest.current.fields.find((each) => each.name === field.name) ?? field;
      const next = edited(now.current, asItIs, text);
      const { [field.name]: _, ...others } = next.drawn;
      // Places are those of the primary document; a value that stands on another one has none.
      const isPrimary = documentId === latest.current.primaryId;
      change({ ...next, drawn: isPrimary ? { ...others, [field.name]: { page, box } } : others });
      return true;
    },
  };
}

/** Onwards from a field, then around from the start. */
function nextAfter(doubtful: Field[], field: Field, isLeft: (field: Field) => boolean): string | null {
  const at = doubtful.findIndex((each) => each.name === field.name);
  const around = [...doubtful.slice(at + 1), ...doubtful.slice(0, Math.max(at, 0))];
  return around.find(isLeft)?.name ?? null;
}

/** The case as it was opened. A newer one with other values is `newer` until it is taken; the draft outlives it. */
export function useOpened(
  latest: Case,
  isMine: (version: number) => boolean = () => false,
): { opened: Case; newer: Case | null; take: () => void } {
  const [opened, setOpened] = useState(latest);
  const isSame = sameContent(opened, latest) || isMine(latest.version) || latest.version < opened.version;
  useEffect(() => {
    // Claims, notes and approvals change nothing that was looked at.
    if (isSame && latest.version >= opened.version && opened !== latest) setOpened(latest);
  });
  return {
    opened: isSame && latest.version >= opened.version ? latest : opened,
    newer: isSame ? null : latest,
    take: () => setOpened(latest),
  };
}

function sameContent(a: Case, b: Case): boolean {
  const content = (of: Case) => JSON.stringify([of.status, of.fields, of.tables, of.cuts]);
  return a === b || content(a) === content(b);
}
