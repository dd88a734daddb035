import { ChartColumn, Download } from "lucide";
import { useState } from "preact/hooks";
import { csv, saveAs } from "../../../lib/csv";
import { calendarDay, calendarMonth, dollarDigits, dollars, number } from "../../../lib/format";
import { t } from "../../../lib/i18n";
import { useTypeName } from "../../../lib/process-types";
import { useQuery } from "../../../lib/query/use";
import { Button } from "../../../ui/button";
import { Select, TextField } from "../../../ui/field";
import { Card } from "../../../ui/page";
import { Empty, Shown } from "../../../ui/states";
import { type Column, Table } from "../../../ui/table";
import { type CostSum, type GroupBy, readUsage, type TokenSum } from "../api";
import { AdminFrame } from "./frame";

const GROUPS: GroupBy[] = ["day", "month", "process_type", "model"];
const DAY_MS = 86_400_000;
const isoDay = (at: number) => new Date(at).toISOString().slice(0, 10);

interface Span {
  from: string;
  to: string;
}

interface Row {
  key: string;
  name: string;
  tokens: TokenSum;
  cost: CostSum | undefined;
}

const microsOf = (cost: CostSum | undefined) => (cost?.cost == null ? null : Number(cost.cost) * 1e6);
const money = (cost: CostSum | undefined) => dollars(microsOf(cost));

const columns = (of: string, most: number, digits: number): Column<Row>[] => [
  {
    title: of,
    cell: (row) => (
      <span class="flex flex-col gap-1">
        {row.name}
        <span class="block h-1 w-32 overflow-hidden rounded-full bg-line" aria-hidden="true">
          <span
            class="block h-full rounded-full bg-accent"
            style={{ width: `${(100 * allTokens(row.tokens)) / most}%` }}
          />
        </span>
      </span>
    ),
  },
  { title: t("usage.calls"), cell: (row) => number(row.tokens.calls), right: true },
  {
    title: t("usage.read"),
    cell: (row) => number(row.tokens.tokens_input),
    right: true,
    class: "hidden sm:table-cell",
  },
  {
    title: t("usage.written"),
    cell: (row) => number(row.tokens.tokens_output),
    right: true,
    class: "hidden sm:table-cell",
  },
  {
    title: t("usage.hits"),
    cell: (row) => number(row.tokens.cache_hits),
    right: true,
    class: "hidden md:table-cell",
  },
  { title: t("usage.cost"), cell: (row) => dollars(microsOf(row.cost), digits), right: true },
];

/** A year by months, where the span would show hardly more than one. */
function inMonths(span: Span): Span {
  const to = new Date(`${span.to}T00:00:00Z`);
  if (to.getTime() - Date.parse(span.from) > 62 * DAY_MS) return span;
  return { ...span, from: isoDay(Date.UTC(to.getUTCFullYear(), to.getUTCMonth() - 11, 1)) };
}

function allTokens(sum: TokenSum): number {
  return sum.tokens_input + sum.tokens_output;
}

/** What models were asked and what it cost. */
export function Usage() {
  const [span, set] = useState<Span>({ from: isoDay(Date.now() - 29 * DAY_MS), to: isoDay(Date.now()) });
  const [group, setGroup] = useState<GroupBy>("day");
  const usage = useQuery({
    key: ["usage", span, group],
    // The server leaves the last day out; people mean it to be in.
    read: (signal) =>
      readUsage(
        {
          from: `${span.from}T00:00:00Z`,
          to: `${isoDay(Date.parse(span.to) + DAY_MS)}T00:00:00Z`,
          group_by: group,
        },
        signal,
      ),
    enabled: Boolean(span.from && span.to),
    keep: true,
  });
  const typeName = useTypeName();
  // While another group is read, the keys are still those of the one before.
  const nameOf = (key: string) => {
    if (/^\d{4}-\d{2}-\d{2}$/.test(key)) return calendarDay(key);
    if (/^\d{4}-\d{2}$/.test(key)) return calendarMonth(key);
    return group === "process_type" ? typeName(key) : key;
  };
  const costs = new Map(usage.data?.costs.data.map((each) => [each.key, each]));
  const rows: Row[] = (usage.data?.tokens.data ?? []).map((tokens) => ({
    key: tokens.key ?? "",
    name: tokens.key
      ? nameOf(tokens.key)
      : t(group === "process_type" ? "usage.no_type" : "usage.none_named"),
    tokens,
    cost: costs.get(tokens.key),
  }));
  // Days and months follow one another; of the others the largest comes first.
  if (group === "process_type" || group === "model")
    rows.sort((one, other) => allTokens(other.tokens) - allTokens(one.tokens));
  const digits = Math.max(...rows.map((row) => dollarDigits(microsOf(row.cost) ?? 0)), 2);
  const save = () => {
    const head = [
      group,
      "calls",
      "tokens_input",
      "tokens_output",
      "cache_hits",
      "cost_usd",
      "unpriced_calls",
    ];
    const lines = rows.map(({ tokens, cost }) => [
      tokens.key,
      tokens.calls,
      tokens.tokens_input,
      tokens.tokens_output,
      tokens.cache_hits,
      cost?.cost,
      cost?.unpriced_calls ?? 0,
    ]);
    saveAs(`usage-${span.from}-${span.to}.csv`, csv([head, ...lines]));
  };
  const total = usage.data;
  return (
    <AdminFrame
      actions={
        <Button icon={Download} disabled={rows.length === 0} onClick={save}>
          {t("usage.export")}
        </Button>
      }
    >
      <div class="grid max-w-2xl grid-cols-2 gap-3 sm:grid-cols-3">
        <TextField
          label={t("usage.from")}
          type="date"
          value={span.from}
          onText={(from) => set({ ...span, from })}
        />
        <TextField label={t("usage.to")} type="date" value={span.to} onText={(to) => set({ ...span, to })} />
        <Select
          label={t("usage.by")}
          value={group}
          options={GROUPS.map((each) => ({ value: each, label: t(`usage.by_${each}`) }))}
          onPick={(picked) => {
            setGroup(picked as GroupBy);
            if (picked === "month") set(inMonths(span));
          }}
        />
      </div>
      {total && (
        <dl class="grid grid-cols-2 gap-3 md:grid-cols-4">
          <Sum name={t("usage.cost")} value={money(total.costs.total)} />
          <Sum name={t("usage.tokens")} value={number(allTokens(total.tokens.total))} />
          <Sum name={t("usage.calls")} value={number(total.tokens.total.calls)} />
          <Sum name={t("usage.unpriced")} value={number(total.costs.total.unpriced_calls)} />
        </dl>
      )}
      <Card>
        <Shown
          of={usage}
          isEmpty={rows.length === 0}
          empty={
            <Empty icon={ChartColumn} title={t("usage.none")}>
              {t("usage.none_hint")}
            </Empty>
          }
        >
          <Table
            label={t("usage.title")}
            columns={columns(
              t(`usage.by_${group}`),
              Math.max(1, ...rows.map((row) => allTokens(row.tokens))),
              digits,
            )}
            rows={rows}
            keyOf={(row) => row.key}
          />
        </Shown>
      </Card>
    </AdminFrame>
  );
}

function Sum({ name, value }: { name: string; value: string }) {
  return (
    <div class="rounded-xl border border-line bg-surface p-4 shadow-card">
      <dt class="text-ink-faint text-xs">{name}</dt>
      <dd class="numbers mt-1 font-semibold text-xl">{value}</dd>
    </div>
  );
}
