import { ClipboardCheck, Lock, PartyPopper } from "lucide";
import { useEffect, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { reasonLine } from "../../../lib/findings";
import { duration, money } from "../../../lib/format";
import { t, tn } from "../../../lib/i18n";
import { useKeys } from "../../../lib/keys";
import { isLive } from "../../../lib/live";
import { useList } from "../../../lib/query/use";
import { Badge, Confidence } from "../../../ui/badge";
import { Button, LinkButton } from "../../../ui/button";
import { Icon } from "../../../ui/icon";
import { MoreRows } from "../../../ui/more-rows";
import { Card, Page } from "../../../ui/page";
import { Empty, Shown } from "../../../ui/states";
import { type Column, Table } from "../../../ui/table";
import { TypeName } from "../../../ui/type-name";
import { me } from "../../session/session";
import { loadAhead, type QueueFilter, queueKey, type Review, readQueue } from "../api";
import { chosenFilter } from "../filter";
import { Filters } from "./filters";

/** What waits for a person: the most urgent first, among those the oldest. */
export function Queue() {
  const { route, query } = useLocation();
  const filter = filterOf(query);
  const list = useList<Review>({
    key: queueKey(filter),
    read: readQueue(filter),
    ...(isLive.value ? {} : { everyMs: 4_000 }),
  });
  const { rows } = list;
  const [at, setAt] = useState(0);
  const chosen = rows[Math.min(at, rows.length - 1)];
  useEffect(() => {
    chosenFilter.value = filter;
  }, [JSON.stringify(filter)]);
  useEffect(() => {
    if (!chosen) return;
    void loadAhead(chosen.process_id);
    document.querySelector(`[data-row="${chosen.process_id}"]`)?.scrollIntoView({ block: "nearest" });
  }, [chosen?.process_id]);
  const step = (by: 1 | -1) =>
    setAt(Math.max(0, Math.min(rows.length - 1, Math.min(at, rows.length - 1) + by)));
  const open = () => chosen && route(`/reviews/${chosen.process_id}`);
  useKeys(t("nav.reviews"), [
    { keys: "j", label: t("reviews.key_down"), run: () => step(1) },
    { keys: "k", label: t("reviews.key_up"), run: () => step(-1) },
    { keys: "ArrowDown", label: t("reviews.key_down"), run: () => step(1) },
    { keys: "ArrowUp", label: t("reviews.key_up"), run: () => step(-1) },
    { keys: "Enter", label: t("reviews.open_one"), run: open },
    { keys: "o", label: t("reviews.open_one"), run: open },
  ]);
  const isNarrowed = Object.keys(filter).length > 0;
  return (
    <Page
      title={t("nav.reviews")}
      lead={rows.length > 0 ? tn("reviews.waiting", rows.length) : t("reviews.lead")}
      actions={
        chosen && (
          <Button look="primary" icon={ClipboardCheck} keys="Enter" onClick={open}>
            {t("reviews.start")}
          </Button>
        )
      }
    >
      <Filters rows={rows} filter={filter} change={(next) => route(pathOf(next))} />
      <Card>
        <Shown
          of={list}
          isEmpty={rows.length === 0}
          empty={
            isNarrowed ? (
              <Empty
                icon={ClipboardCheck}
                title={t("reviews.none_so")}
                action={<LinkButton href="/reviews">{t("reviews.show_all")}</LinkButton>}
              />
            ) : (
              <Empty icon={PartyPopper} title={t("reviews.none")}>
                {t("reviews.none_lead")}
              </Empty>
            )
          }
        >
          <Table
            label={t("nav.reviews")}
            columns={columns()}
            rows={rows}
            keyOf={(row) => row.process_id}
            href={(row) => `/reviews/${row.process_id}`}
            chosen={chosen?.process_id ?? null}
          />
          <MoreRows of={list} />
        </Shown>
      </Card>
    </Page>
  );
}

const columns = (): Column<Review>[] => [
  { title: t("reviews.document"), cell: (row) => <Name row={row} />, class: "max-w-64" },
  {
    title: t("reviews.from"),
    cell: (row) => <span class="line-clamp-2 break-words">{row.seller ?? "–"}</span>,
    class: "hidden max-w-44 md:table-cell",
  },
  {
    title: t("reviews.amount"),
    cell: (row) => (row.amount === null ? "–" : money(row.amount, row.currency)),
    right: true,
    class: "hidden whitespace-nowrap sm:table-cell",
  },
  { title: t("reviews.why"), cell: (row) => <Reasons row={row} /> },
  {
    title: t("reviews.type_title"),
    cell: (row) => <TypeName id={row.process.process_type_id} />,
    class: "hidden whitespace-nowrap lg:table-cell",
  },
  {
    title: t("reviews.confidence"),
    cell: (row) => <Confidence of={row.process.overall_confidence || null} />,
    class: "hidden 2xl:table-cell",
  },
  { title: t("reviews.who"), cell: (row) => <Who row={row} />, class: "hidden md:table-cell" },
  {
    title: t("reviews.age"),
    cell: (row) => duration(row.age_s),
    right: true,
    class: "hidden sm:table-cell whitespace-nowrap",
  },
];

function Name({ row }: { row: Review }) {
  const [first] = row.process.documents;
  const more = row.process.documents.length - 1;
  const gist = [row.seller, row.amount !== null && money(row.amount, row.currency)].filter(Boolean);
  return (
    <>
      <span class="line-clamp-2 break-words">
        {first?.file_name ?? row.process.external_id ?? row.process_id}
        {more > 0 && ` ${tn("processes.more", more)}`}
      </span>
      {gist.length > 0 && (
        <span class="numbers block break-words font-normal text-ink-soft text-xs sm:hidden">
          {gist.join(" · ")}
        </span>
      )}
    </>
  );
}

function Reasons({ row }: { row: Review }) {
  const texts = [...new Set(row.reasons.map(reasonLine))];
  const isFraud = row.reasons.some((each) => each.code === "fraud_detected");
  const [first, ...rest] = texts;
  if (!first) return <span class="text-ink-faint">–</span>;
  return (
    <span class="flex flex-wrap items-center gap-x-2 gap-y-1">
      <span class={isFraud ? "text-bad" : "text-ink-soft"}>{first}</span>
      {rest.length > 0 && <Badge>{tn("reviews.more_reasons", rest.length)}</Badge>}
    </span>
  );
}

function Who({ row }: { row: Review }) {
  const isHeld = row.claimed_by && row.claimed_until && new Date(row.claimed_until).getTime() > Date.now();
  const own = me.value?.user_id;
  if (isHeld)
    return (
      <span class="inline-flex items-center gap-1.5 text-ink-soft">
        <Icon of={Lock} size={13} />
        {row.claimed_by === own ? t("reviews.you") : (row.claimed_by_name ?? t("reviews.a_colleague"))}
      </span>
    );
  if (row.assignee)
    return (
      <>{row.assignee === own ? t("reviews.for_you") : (row.assignee_name ?? t("reviews.a_colleague"))}</>
    );
  return <span class="text-ink-faint">–</span>;
}

function filterOf(query: Record<string, string>): QueueFilter {
  const found: QueueFilter = {};
  for (const name of ["reason", "process_type_id", "assignee", "sample"] as const)
    if (query[name]) found[name] = query[name];
  return found;
}

function pathOf(filter: QueueFilter): string {
  const text = new URLSearchParams(filter as Record<string, string>).toString();
  return text ? `/reviews?${text}` : "/reviews";
}
