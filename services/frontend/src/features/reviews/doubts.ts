import { useEffect, useRef } from "preact/hooks";
import type { Case, Field } from "./case";

/** What is held against each field, to tell a new doubt from one that was there before. */
function doubtsOf(fields: readonly Field[]): Map<string, Set<string>> {
  return new Map(fields.map((field) => [field.name, new Set(against(field))]));
}

function against(field: Field): string[] {
  const failed = field.checks.filter((each) => !each.ok);
  return [...field.reasons, ...failed].map((each) => `${each.code} ${each.message}`);
}

/** Tells the fields of which the rules, run anew after a correction, say something that they did not say before. */
export function useNewDoubts(of: Case, tell: (names: readonly string[]) => void): void {
  const before = useRef(doubtsOf(of.fields));
  useEffect(() => {
    const known = before.current;
    before.current = doubtsOf(of.fields);
    const fresh = of.fields.filter((field) =>
      against(field).some((each) => !known.get(field.name)?.has(each)),
    );
    if (fresh.length > 0) tell(fresh.map((field) => field.name));
  }, [of]);
}
