import type { InfiniteData } from "@tanstack/query-core";
import { useEffect } from "preact/hooks";
import { isLive, onSnapshot, type Snapshot } from "../../lib/live";
import { queries } from "../../lib/query/client";
import { inTurns } from "../../lib/turns";
import { getProcess, type ListedProcess, listProcesses, type ProcessPage } from "./api";
import type { ProcessFilter } from "./filter";

type Listed = InfiniteData<ProcessPage>;

const SETTLE_MS = 500;
const WITHOUT_LIVE_MS = 4_000;
/** So many changed rows further down are read one by one; of more the status alone is shown. */
const MOST_SINGLE = 8;

/** Keeps a list that may be long up to date: changes go into the rows at hand, and only its head is read anew. */
export function useLiveList(key: readonly unknown[], filter: ProcessFilter): void {
  const name = JSON.stringify(key);
  const live = isLive.value;
  useEffect(() => {
    const changed = new Set<string>();
    // An answer that comes after a newer one would put older rows over newer ones.
    const reading = inTurns(() => {
      const ids = [...changed];
      changed.clear();
      return refresh(key, filter, ids);
    }, SETTLE_MS);
    const stop = onSnapshot((snapshot) => {
      queries.setQueryData<Listed>(key, (listed) => listed && patched(listed, snapshot, filter));
      changed.add(snapshot.process_id);
      reading.ask();
    });
    // What was missed while the list was not shown, or while the connection was away.
    if (queries.getQueryData(key)) reading.ask();
    const timer = live ? undefined : setInterval(reading.ask, WITHOUT_LIVE_MS);
    return () => {
      clearInterval(timer);
      reading.stop();
      stop();
    };
  }, [name, live]);
}

/** A changed row shows its new status at once; one that the filter does not want any more leaves. */
export function patched(listed: Listed, snapshot: Snapshot, filter: ProcessFilter): Listed {
  const fits = filter.status.length === 0 || filter.status.some((each) => each === snapshot.status);
  return eachPage(listed, (rows) => {
    const at = rows.findIndex((row) => row.process_id === snapshot.process_id);
    const row = rows[at];
    if (!row || row.version > snapshot.version) return rows;
    if (!fits) return rows.toSpliced(at, 1);
    // Cancelled or rejected: only the process itself tells, and it is read in a moment.
    if (row.status === "hitl_review" && snapshot.status === "cancelled") return rows;
    const { status, current_stage, version, updated_at } = snapshot;
    return rows.with(at, { ...row, status, current_stage, version, updated_at });
  });
}

/** `head` is the first page as it is now: new rows come in, changed ones change, and what is gone from it goes. */
export function merged(listed: Listed, head: ProcessPage): Listed {
  if (!head.has_more) return { pages: [head], pageParams: [""] };
  const fresh = new Map(head.data.map((row) => [row.process_id, row]));
  const last = head.data.at(-1);
  const isFurther = (row: ListedProcess) => last !== undefined && row.created_at <= last.created_at;
  const [first, ...others] = listed.pages;
  if (!first) return { pages: [head], pageParams: [""] };
  const rest = first.data.filter((row) => !fresh.has(row.process_id) && isFurther(row));
  const top = { ...first, data: [...head.data, ...rest] };
  const below = others.map((page) => ({
    ...page,
    data: page.data.filter((row) => !fresh.has(row.process_id)),
  }));
  return { ...listed, pages: [top, ...below] };
}

async function refresh(key: readonly unknown[], filter: ProcessFilter, ids: string[]): Promise<void> {
  const head = await listProcesses(filter)(undefined);
  queries.setQueryData<Listed>(key, (listed) => listed && merged(listed, head));
  const shown = new Set(head.data.map((row) => row.process_id));
  const known = new Set(
    queries.getQueryData<Listed>(key)?.pages.flatMap((page) => page.data.map((row) => row.process_id)),
  );
  const further = ids.filter((id) => known.has(id) && !shown.has(id)).slice(0, MOST_SINGLE);
  const read = await Promise.all(further.map((id) => getProcess(id).catch(() => null)));
  const by = new Map(read.filter((row) => row !== null).map((row) => [row.process_id, row]));
  if (by.size === 0) return;
  queries.setQueryData<Listed>(
    key,
    (listed) =>
      listed && eachPage(listed, (rows) => rows.map((row) => ({ ...row, ...by.get(row.process_id) }))),
  );
}

function eachPage(listed: Listed, change: (rows: ListedProcess[]) => ListedProcess[]): Listed {
  let isSame = true;
  const pages = listed.pages.map((page) => {
    const data = change(page.data);
    if (data === page.data) return page;
    isSame = false;
    return { ...page, data };
  });
  return isSame ? listed : { ...listed, pages };
}
