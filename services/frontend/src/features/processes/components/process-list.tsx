import { Download, Files, Upload } from "lucide";
import { useMemo, useRef, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { ago, money } from "../../../lib/format";
import { useNow } from "../../../lib/hooks";
import { t } from "../../../lib/i18n";
import { useKeys } from "../../../lib/keys";
import { useTypeName } from "../../../lib/process-types";
import { useList } from "../../../lib/query/use";
import { Confidence, Status } from "../../../ui/badge";
import { Button, LinkButton } from "../../../ui/button";
import { MoreRows } from "../../../ui/more-rows";
import { Card, Page } from "../../../ui/page";
import { Empty, Shown } from "../../../ui/states";
import { type Column, Table } from "../../../ui/table";
import { may } from "../../session/session";
import { type ListedProcess, listProcesses } from "../api";
import { ALL, addressOf, filterOf, isAll, type ProcessFilter } from "../filter";
import { useLiveList } from "../live-list";
import { nameOf } from "../naming";
import { BulkBar } from "./bulk-bar";
import { Filters } from "./filters";
import { Views } from "./views";

const columns = (now: number, typeName: (id: string | null) => string): Column<ListedProcess>[] => [
  { title: t("processes.file"), cell: (row) => <Name row={row} />, class: "max-w-0 w-full" },
  {
    title: t("processes.sender"),
    cell: (row) => (
      <span class="block truncate" title={row.seller ?? undefined}>
        {row.seller ?? "–"}
      </span>
    ),
    class: "hidden max-w-44 md:table-cell",
  },
  {
    title: t("processes.amount"),
    cell: (row) => amountOf(row) ?? "–",
    right: true,
    class: "hidden whitespace-nowrap md:table-cell",
  },
  {
    title: t("processes.type"),
    cell: (row) => <span class="whitespace-nowrap text-ink-soft">{typeName(row.process_type_id)}</span>,
    class: "hidden lg:table-cell",
  },
  { title: t("processes.status"), cell: (row) => <Status status={row.status} error={row.error} /> },
  {
    title: t("processes.confidence"),
    cell: (row) => <Confidence of={row.overall_confidence || null} />,
    class: "hidden md:table-cell",
  },
  {
    title: t("processes.age"),
    cell: (row) => <span class="whitespace-nowrap text-ink-soft">{ago(row.created_at, now)}</span>,
    right: true,
    class: "hidden sm:table-cell",
  },
];

const amountOf = (row: ListedProcess) => (row.amount === null ? null : money(row.amount, row.currency));

function Name({ row }: { row: ListedProcess }) {
  const gist = [amountOf(row), row.seller].filter(Boolean).join(" · ");
  return (
    <>
      <span class="block truncate" title={nameOf(row)}>
        {nameOf(row)}
      </span>
      {gist && <span class="numbers block truncate font-normal text-ink-soft text-xs md:hidden">{gist}</span>}
    </>
  );
}

/** Everything that was handed in, newest first, changing as it happens. */
export function ProcessList() {
  const { query, route } = useLocation();
  const filter = useMemo(() => filterOf(query as Record<string, string>), [JSON.stringify(query)]);
  const change = (next: ProcessFilter) => route(addressOf(next), true);
  const key = ["processes", "list", filter];
  const list = useList<ListedProcess>({
    key,
    read: listProcesses(filter),
    staleMs: Number.POSITIVE_INFINITY,
  });
  useLiveList(key, filter);
  const now = useNow(10_000);
  const typeName = useTypeName();
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const search = useRef<HTMLInputElement>(null);
  const hand = useHand(list.rows, () => search.current?.focus(), setMarked, marked);
  return (
    <Page
      title={t("nav.processes")}
      lead={t("processes.lead")}
      actions={
        may("operator") && (
          <LinkButton look="primary" icon={Upload} href="/upload">
            {t("processes.hand_in")}
          </LinkButton>
        )
      }
    >
      <div class="flex flex-col gap-3">
        <Views filter={filter} />
        <Filters filter={filter} change={change} search={search} />
      </div>
      <Card>
        <Shown
          of={list}
          isEmpty={list.rows.length === 0}
          empty={<Nothing filter={filter} clear={() => change(ALL)} />}
        >
          <Table
            label={t("nav.processes")}
            columns={columns(now, typeName)}
            rows={list.rows}
            keyOf={(row) => row.process_id}
            href={(row) => `/processes/${row.process_id}`}
            chosen={hand}
            marking={{
              label: (id) => t("processes.mark", { name: id }),
              marked,
              mark: (id, isMarked) => setMarked(withKey(marked, id, isMarked)),
            }}
          />
          <MoreRows of={list} />
        </Shown>
      </Card>
      {marked.size > 0 && (
        <BulkBar
          rows={list.rows.filter((row) => marked.has(row.process_id))}
          done={() => setMarked(new Set())}
        />
      )}
    </Page>
  );
}

function withKey(marked: ReadonlySet<string>, key: string, isMarked: boolean): ReadonlySet<string> {
  const next = new Set(marked);
  if (isMarked) next.add(key);
  else next.delete(key);
  return next;
}

/** j and k go through the rows, Enter opens, x marks. Returns the key of the row at hand. */
function useHand(
  rows: readonly ListedProcess[],
  find: () => void,
  setMarked: (marked: ReadonlySet<string>) => void,
  marked: ReadonlySet<string>,
): string | null {
  const { route } = useLocation();
  const [hand, setHand] = useState<string | null>(null);
  const at = rows.findIndex((row) => row.process_id === hand);
  const go = (step: number) => {
    const next = rows[at < 0 ? 0 : Math.min(Math.max(at + step, 0), rows.length - 1)];
    if (next) setHand(next.process_id);
  };
  const mark = () => hand && setMarked(withKey(marked, hand, !marked.has(hand)));
  useKeys(t("nav.processes"), [
    { keys: "j", label: t("processes.keys.next"), run: () => go(1) },
    { keys: "k", label: t("processes.keys.previous"), run: () => go(-1) },
    { keys: "Enter", label: t("processes.keys.open"), run: () => hand && route(`/processes/${hand}`) },
    { keys: "x", label: t("processes.keys.mark"), run: () => void mark() },
    { keys: "/", label: t("processes.keys.find"), run: find },
  ]);
  return hand;
}

function Nothing({ filter, clear }: { filter: ProcessFilter; clear: () => void }) {
  if (!isAll(filter))
    return (
      <Empty
        icon={Files}
        title={t("processes.none_fit")}
        action={<Button onClick={clear}>{t("processes.clear")}</Button>}
      >
        {t("processes.none_fit_hint")}
      </Empty>
    );
  return (
    <Empty
      icon={Download}
      title={t("processes.none")}
      action={
        may("operator") && (
          <LinkButton look="primary" icon={Upload} href="/upload">
            {t("processes.hand_in")}
          </LinkButton>
        )
      }
    >
      {t("processes.none_hint")}
    </Empty>
  );
}
