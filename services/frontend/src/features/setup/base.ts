import { useEffect, useState } from "preact/hooks";

/**
 * What an editor began with, and how to begin anew. A newer one is taken while nothing is changed; else the changes stay on
 * what they were made on, so that saving them is refused where somebody else was quicker.
 */
export function useBase<T extends { revision: number }>(
  latest: T,
  isChangedFrom: (base: T) => boolean,
  taken: (latest: T) => void,
): [T, (base: T) => void] {
  const [base, rebase] = useState(latest);
  useEffect(() => {
    if (latest === base || latest.revision < base.revision || isChangedFrom(base)) return;
    rebase(latest);
    taken(latest);
  });
  return [base, rebase];
}
