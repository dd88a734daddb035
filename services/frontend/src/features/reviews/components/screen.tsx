import { useEffect } from "preact/hooks";
import { useLocation, useRoute } from "preact-iso";
import { onSnapshot } from "../../../lib/live";
import { queries } from "../../../lib/query/client";
import { useList, useQuery } from "../../../lib/query/use";
import { Shown } from "../../../ui/states";
import { caseKey, loadAhead, queueKey, type Review, readCase, readQueue } from "../api";
import type { Case } from "../case";
import { chosenFilter } from "../filter";
import { Desk } from "./desk";

/** One held process: its document beside its values. */
export function ReviewScreen() {
  const { params } = useRoute();
  const id = params.id ?? "";
  return <Opened key={id} id={id} />;
}

function Opened({ id }: { id: string }) {
  const { route } = useLocation();
  const filter = chosenFilter.value;
  const queue = useList<Review>({ key: queueKey(filter), read: readQueue(filter) });
  const found = useQuery<Case>({ key: caseKey(id), read: (signal) => readCase(id, signal) });
  const ids = queue.rows.map((row) => row.process_id);
  const at = ids.indexOf(id);
  const nextId = ids[at + 1] ?? (at > 0 ? ids[0] : undefined);
  const isThere = found.data !== undefined;

  useEffect(() => {
    if (isThere && nextId && nextId !== id) void loadAhead(nextId);
  }, [isThere, nextId, id]);
  useEffect(
    () =>
      onSnapshot((snapshot) => {
        if (snapshot.process_id === id) void queries.invalidateQueries({ queryKey: caseKey(id) });
      }),
    [id],
  );
  const go = (to: string | undefined) => (to && to !== id ? () => route(`/reviews/${to}`) : null);
  return (
    <Shown of={{ ...found, isError: found.isError && !isThere }}>
      {found.data && (
        <Desk
          latest={found.data}
          position={at + 1}
          total={`${ids.length}${queue.hasNextPage ? "+" : ""}`}
          previous={go(at > 0 ? ids[at - 1] : undefined)}
          next={go(nextId)}
          reread={() => void found.refetch()}
        />
      )}
    </Shown>
  );
}
