import type { Case, Field, Place, Row, Table } from "./case";
import { canonical } from "./values";

/** What a reviewer did to one case and has not sent yet. */
export interface Draft {
  /** Values by field, as typed. */
  edits: Readonly<Record<string, string>>;
  /** Doubtful fields that were looked at and left as they are, or put right. */
  confirmed: readonly string[];
  tables: Readonly<Record<string, readonly Row[]>>;
  /** Where a value was read anew from a box that the reviewer drew. */
  drawn: Readonly<Record<string, Place>>;
}

export const NOTHING: Draft = { edits: {}, confirmed: [], tables: {}, drawn: {} };

/** Kept while the tab lives: another page and back, or a conflict, loses nothing that was typed. */
const kept = new Map<string, Draft>();

export function keptDraft(processId: string): Draft {
  return kept.get(processId) ?? NOTHING;
}

export function keepDraft(processId: string, draft: Draft): void {
  if (draft === NOTHING) kept.delete(processId);
  else kept.set(processId, draft);
}

/** They were another person's. */
export function forgetDrafts(): void {
  kept.clear();
}

export function edited(draft: Draft, field: Field, typed: string): Draft {
  const { [field.name]: _, ...rest } = draft.edits;
  return { ...draft, edits: typed === field.value ? rest : { ...rest, [field.name]: typed } };
}

export function confirmed(draft: Draft, name: string): Draft {
  return draft.confirmed.includes(name) ? draft : { ...draft, confirmed: [...draft.confirmed, name] };
}

/** These are to be looked at again. */
export function unconfirmed(draft: Draft, names: readonly string[]): Draft {
  return { ...draft, confirmed: draft.confirmed.filter((each) => !names.includes(each)) };
}

export function withTable(draft: Draft, table: Table, rows: readonly Row[]): Draft {
  return { ...draft, tables: { ...draft.tables, [table.name]: rows } };
}

/** What the field shows now. */
export function valueIn(draft: Draft, field: Field): string {
  return draft.edits[field.name] ?? field.value;
}

export function rowsIn(draft: Draft, table: Table): readonly Row[] {
  return draft.tables[table.name] ?? table.rows;
}

/** The corrections to send: canonical values of what differs from the reading; an emptied field is null. */
export function corrections(draft: Draft, of: Case): Record<string, string | null> {
  const found: Record<string, string | null> = {};
  for (const field of of.fields) {
    const typed = draft.edits[field.name];
    if (typed === undefined) continue;
    const value = canonical(field.kind, typed);
    if (value !== field.value) found[field.name] = value === "" ? null : value;
  }
  return found;
}

/** Tables that differ from the reading, whole. */
export function changedTables(draft: Draft, of: Case): Record<string, readonly Row[]> {
  return Object.fromEntries(
    of.tables.flatMap((table) => {
      const rows = draft.tables[table.name];
      return rows && JSON.stringify(rows) !== JSON.stringify(table.rows) ? [[table.name, rows]] : [];
    }),
  );
}
