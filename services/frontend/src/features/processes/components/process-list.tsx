import { Files } from "lucide";
import { useEffect } from "preact/hooks";
import { useLocation } from "preact-iso";
import { ago } from "../../../lib/format";
import { t, tn } from "../../../lib/i18n";
import { isLive, onSnapshot } from "../../../lib/live";
import { queries } from "../../../lib/query/client";
import { useList } from "../../../lib/query/use";
import { Confidence, Status } from "../../../ui/badge";
import { Button } from "../../../ui/button";
import { Card, Page } from "../../../ui/page";
import { Empty, Shown } from "../../../ui/states";
import { type Column, Table } from "../../../ui/table";
import { listProcesses, type Process } from "../api";

const columns = (): Column<Process>[] => [
  { title: t("processes.file"), cell: nameOf },
  { title: t("processes.type"), cell: (row) => row.process_type_id ?? "–", class: "hidden md:table-cell" },
  { title: t("processes.status"), cell: (row) => <Status status={row.status} /> },
  {
    title: t("processes.confidence"),
    cell: (row) => <Confidence of={row.overall_confidence} />,
    class: "hidden sm:table-cell",
  },
  {
    title: t("processes.age"),
    cell: (row) => ago(row.created_at),
    right: true,
    class: "hidden sm:table-cell",
  },
];

function nameOf(row: Process): string {
  const [first] = row.documents;
  const more = row.documents.length - 1;
  const name = first?.file_name ?? row.external_id ?? row.process_id;
  return more > 0 ? `${name} ${tn("processes.more", more)}` : name;
}

/** Everything that was handed in, newest first, changing as it happens. */
export function ProcessList() {
  const { query } = useLocation();
  const filter = query.q ? { q: query.q } : {};
  const list = useList<Process>({
    key: ["processes", filter],
    read: listProcesses(filter),
    ...(isLive.value ? {} : { everyMs: 4_000 }),
  });
  useEffect(() => onSnapshot(() => void queries.invalidateQueries({ queryKey: ["processes"] })), []);
  return (
    <Page title={t("nav.processes")} lead={t("processes.lead")}>
      <Card>
        <Shown
          of={list}
          isEmpty={list.rows.length === 0}
          empty={<Empty icon={Files} title={t("processes.none")} />}
        >
          <Table
            label={t("nav.processes")}
            columns={columns()}
            rows={list.rows}
            keyOf={(row) => row.process_id}
            href={(row) => `/processes/${row.process_id}`}
          />
          {list.hasNextPage && (
            <div class="flex justify-center p-3">
              <Button isBusy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                {t("common.more")}
              </Button>
            </div>
          )}
        </Shown>
      </Card>
    </Page>
  );
}
