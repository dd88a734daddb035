import { dollars, duration, number, percent } from "../../../lib/format";
import { region, t } from "../../../lib/i18n";
import { useQuery } from "../../../lib/query/use";
import { Chart } from "../../../ui/chart";
import { Card } from "../../../ui/page";
import { Shown } from "../../../ui/states";
import { may } from "../../session/session";
import { type DayFigures, getCosts, getDays } from "../api";
import { byDay, decided, lastDays, straightThrough, totals } from "../figures";

export function Figures({ days }: { days: number }) {
  const asked = useQuery({
    key: ["dashboard", "days", days],
    read: (signal) => getDays(days, signal),
    staleMs: 60_000,
    keep: true,
  });
  if (!asked.data)
    return (
      <Card>
        <Shown of={asked}>{null}</Shown>
      </Card>
    );
  return (
    <div class="grid gap-4 md:grid-cols-2">
      <Charts days={days} rows={asked.data.data} />
      {may("admin") && <Costs days={days} />}
    </div>
  );
}

function named(keys: readonly string[]) {
  const short = new Intl.DateTimeFormat(region.value, { day: "numeric", month: "short", timeZone: "UTC" });
  const long = new Intl.DateTimeFormat(region.value, { dateStyle: "medium", timeZone: "UTC" });
  return keys.map((key) => ({ label: short.format(new Date(key)), title: long.format(new Date(key)) }));
}

function Charts({ days, rows }: { days: number; rows: readonly DayFigures[] }) {
  const keys = lastDays(days);
  const found = byDay(rows, keys);
  const columns = named(keys);
  const all = totals(rows);
  const of = (pick: (row: DayFigures) => number) => found.map((row) => (row ? pick(row) : 0));
  const rates = found.map((row) => (row ? straightThrough(row) : null));
  const failed = all.received > 0 ? all.failed / all.received : null;
  return (
    <>
      <Chart
        title={t("dashboard.volume")}
        figure={number(all.received)}
        note={all.medianS === null ? "" : t("dashboard.median", { time: duration(all.medianS) })}
        columns={columns}
        write={number}
        series={[
          { name: t("dashboard.unseen"), shade: "good", values: of((row) => row.unseen) },
          { name: t("dashboard.reviewed"), shade: "accent", values: of(decided) },
          { name: t("dashboard.waiting"), shade: "doubt", values: of((row) => row.waiting) },
          { name: t("dashboard.other"), shade: "plain", values: of(otherOf) },
          { name: t("dashboard.errors"), shade: "bad", values: of((row) => row.failed) },
        ]}
      />
      <Chart
        title={t("dashboard.straight_through")}
        figure={percent(straightThrough(all))}
        note={t("dashboard.straight_through_hint")}
        columns={columns}
        write={(value) => percent(value)}
        top={1}
        series={[{ name: t("dashboard.straight_through"), shade: "good", values: rates }]}
      />
      <Chart
        title={t("dashboard.errors")}
        figure={number(all.failed)}
        note={failed === null ? "" : t("dashboard.of_all", { share: percent(failed, 1) })}
        columns={columns}
        write={number}
        top={Math.max(5, ...found.map((row) => row?.failed ?? 0))}
        series={[{ name: t("dashboard.errors"), shade: "bad", values: of((row) => row.failed) }]}
      />
    </>
  );
}

/** Under way, or cancelled. */
function otherOf(row: DayFigures): number {
  return row.received - row.unseen - decided(row) - row.waiting - row.failed;
}

function Costs({ days }: { days: number }) {
  const asked = useQuery({
    key: ["dashboard", "costs", days],
    read: (signal) => getCosts(days, signal),
    staleMs: 60_000,
    keep: true,
  });
  const data = asked.data;
  if (!data)
    return (
      <Card title={t("dashboard.cost")}>
        <Shown of={asked} rows={3}>
          {null}
        </Shown>
      </Card>
    );
  const keys = lastDays(days);
  const { total } = data;
  const values = byDay(data.data, keys).map((row) =>
    row === null ? 0 : row.cost === null ? null : Number(row.cost),
  );
  return (
    <Chart
      title={t("dashboard.cost")}
      figure={total.cost === null ? t("dashboard.price_unknown") : dollars(Number(total.cost) * 1e6)}
      note={
        total.unpriced_calls > 0
          ? t("dashboard.unpriced", { count: total.unpriced_calls })
          : t("dashboard.cost_hint")
      }
      columns={named(keys)}
      write={(value) => dollars(value * 1e6)}
      series={[{ name: t("dashboard.cost"), shade: "accent", values }]}
    />
  );
}
