import { useRef, useState } from "preact/hooks";
import { type Problem, problemOf } from "../../lib/api/problem";
import { queries } from "../../lib/query/client";
import { type Corrected, caseKey, readSaved, saveFields } from "./api";
import type { Case, Field } from "./case";
import type { Draft } from "./draft";

export interface Saving {
  /** Keeps one corrected value on the server, which runs the rules anew. */
  save: (field: Field, value: string) => void;
  /** Resolves once nothing is under way, with the case as this reviewer left it. */
  idle: () => Promise<Case>;
  /** Versions that this reviewer's own saving made. */
  isMine: (version: number) => boolean;
  isSaving: boolean;
  /** What the server refuses of a field's value. */
  refused: Readonly<Record<string, string>>;
  conflict: Problem | null;
  forget: () => void;
}

/** Saves corrections one after another, each on the version that the one before made. */
export function useSaving(of: Case, drawn: () => Draft["drawn"]): Saving {
  const chain = useRef<Promise<unknown>>(Promise.resolve());
  const current = useRef(of);
  const mine = useRef(new Set<number>());
  const canSave = useRef(true);
  const [under, setUnder] = useState(0);
  const [refused, setRefused] = useState<Record<string, string>>({});
  const [conflict, setConflict] = useState<Problem | null>(null);
  if (of.version > current.current.version) current.current = of;

  const refuse = (name: string, error: unknown) => {
    const problem = problemOf(error);
    // Where the server keeps nothing before the decision, the decision brings it.
    if (problem.status === 404 || problem.status === 405) canSave.current = false;
    else if (problem.status === 409 || problem.status === 412) {
      setConflict(problem);
      void queries.invalidateQueries({ queryKey: caseKey(of.processId) });
    } else if (problem.status === 422)
      setRefused((before) => ({ ...before, [name]: problem.places[0]?.message ?? problem.message }));
  };
  const keep = (saved: Corrected) => {
    mine.current.add(saved.version);
    const after = readSaved(current.current, saved);
    current.current = after;
    queries.setQueryData(caseKey(of.processId), after);
  };
  const save = (field: Field, value: string) => {
    setRefused(({ [field.name]: _, ...rest }) => rest);
    if (!canSave.current) return;
    setUnder((count) => count + 1);
    const place = drawn()[field.name];
    chain.current = chain.current
      .then(() =>
        saveFields(current.current, {
          fields: { [field.name]: value === "" ? null : value },
          ...(place ? { places: { [field.name]: { page: place.page, box: [...place.box] } } } : {}),
        }),
      )
      .then(keep, (error: unknown) => refuse(field.name, error))
      .finally(() => setUnder((count) => count - 1));
  };
  return {
    save,
    idle: () => chain.current.then(() => current.current),
    isMine: (version) => mine.current.has(version),
    isSaving: under > 0,
    refused,
    conflict,
    forget: () => setConflict(null),
  };
}
