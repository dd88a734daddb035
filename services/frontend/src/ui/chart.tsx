import { Table2 } from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../lib/i18n";
import { IconButton } from "./button";
import { Card } from "./page";

export type Shade = "good" | "accent" | "doubt" | "bad" | "plain";

export interface Series {
  name: string;
  shade: Shade;
  /** One value a column; null = nothing to show. */
  values: readonly (number | null)[];
}

export interface ChartProps {
  title: string;
  /** The figure that the whole comes down to. */
  figure: string;
  note?: string;
  /** What stands under each column, and what it is called in full. */
  columns: readonly { label: string; title: string }[];
  series: readonly Series[];
  /** How a value is written. */
  write: (value: number) => string;
  /** The top of the scale; else the highest sum of a column. */
  top?: number;
}

const FILLS: Record<Shade, string> = {
  good: "fill-good",
  accent: "fill-accent",
  doubt: "fill-doubt",
  bad: "fill-bad",
  plain: "fill-line-strong",
};
const DOTS: Record<Shade, string> = {
  good: "bg-good",
  accent: "bg-accent",
  doubt: "bg-doubt",
  bad: "bg-bad",
  plain: "bg-line-strong",
};
const HIGH = 96;
/** Of a column's room; few columns stand further apart. */
const gapOf = (columns: number) => (columns > 14 ? 0.3 : 0.56);

/** Columns over time, values on one another. The same figures stand in a table for who wants them as such. */
export function Chart(props: ChartProps) {
  const { title, figure, note, series } = props;
  const [asTable, setAsTable] = useState(false);
  const [at, setAt] = useState<number | null>(null);
  return (
    <Card
      title={title}
      actions={
        <IconButton
          icon={Table2}
          label={t("chart.as_table")}
          aria-pressed={asTable}
          onClick={() => setAsTable(!asTable)}
        />
      }
    >
      <div class="flex flex-col gap-3 p-4">
        <div class="flex min-h-9 items-baseline gap-2">
          <span class="numbers font-semibold text-2xl tracking-tight">{figure}</span>
          {note && <span class="text-ink-faint text-xs">{note}</span>}
        </div>
        {asTable ? <Figures {...props} /> : <Columns {...props} at={at} point={setAt} />}
        {!asTable && (series.length > 1 || at !== null) && <Legend {...props} at={at} />}
        {!asTable && series.length === 1 && at === null && <p class="min-h-4" />}
      </div>
    </Card>
  );
}

function Columns({
  title,
  columns,
  series,
  top,
  at,
  point,
}: ChartProps & { at: number | null; point: (at: number | null) => void }) {
  const sums = columns.map((_, place) => series.reduce((sum, each) => sum + (each.values[place] ?? 0), 0));
  const highest = top ?? Math.max(...sums, 0);
  const gap = gapOf(columns.length);
  const scale = highest > 0 ? HIGH / highest : 0;
  const area = usePointed(columns.length, point);
  const first = columns[0];
  const last = columns.at(-1);
  return (
    <div ref={area}>
      <svg
        role="img"
        aria-label={`${title}: ${t("chart.from_to", { from: first?.title ?? "", to: last?.title ?? "" })}`}
        viewBox={`0 0 ${columns.length} ${HIGH}`}
        preserveAspectRatio="none"
        class="h-24 w-full"
      >
        {columns.map((column, place) => {
          let y = HIGH;
          return (
            <g key={column.title} class={at !== null && at !== place ? "opacity-40" : ""}>
              <rect
                x={place + gap / 2}
                y={HIGH - 1}
                width={1 - gap}
                height={1}
                class="pointer-events-none fill-line"
              />
              {series.map((each) => {
                const value = each.values[place] ?? 0;
                const high = value * scale;
                y -= high;
                return high > 0 ? (
                  <rect
                    key={each.name}
                    x={place + gap / 2}
                    y={y}
                    width={1 - gap}
                    height={Math.max(high, 1)}
                    class={`pointer-events-none ${FILLS[each.shade]}`}
                  />
                ) : null;
              })}
            </g>
          );
        })}
      </svg>
      <div class="mt-1.5 flex justify-between text-2xs text-ink-faint" aria-hidden="true">
        <span>{first?.label}</span>
        <span>{last?.label}</span>
      </div>
    </div>
  );
}

/** The column under the pointer; the keyboard has the table. */
function usePointed(count: number, point: (at: number | null) => void) {
  const area = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = area.current;
    if (!element) return;
    const move = (event: PointerEvent) => {
      const { left, width } = element.getBoundingClientRect();
      point(Math.min(count - 1, Math.max(0, Math.floor(((event.clientX - left) / width) * count))));
    };
    const leave = () => point(null);
    element.addEventListener("pointermove", move);
    element.addEventListener("pointerleave", leave);
    return () => {
      element.removeEventListener("pointermove", move);
      element.removeEventListener("pointerleave", leave);
    };
  }, [count]);
  return area;
}

/** What the colours mean; of the column under the pointer with its values. */
function Legend({ columns, series, write, at }: ChartProps & { at: number | null }) {
  return (
    <ul class="flex min-h-4 flex-wrap gap-x-4 gap-y-1 text-2xs text-ink-soft" aria-hidden={at !== null}>
      {at !== null && <li class="font-medium">{columns[at]?.title}</li>}
      {series.map((each) => {
        const value = at === null ? null : each.values[at];
        return (
          <li key={each.name} class="flex items-center gap-1.5">
            <span class={`size-2 rounded-sm ${DOTS[each.shade]}`} aria-hidden="true" />
            {each.name}
            {at !== null && <span class="numbers">{value == null ? "–" : write(value)}</span>}
          </li>
        );
      })}
    </ul>
  );
}

function Figures({ title, columns, series, write }: ChartProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section class="max-h-52 overflow-auto" tabIndex={0} aria-label={title}>
      <table class="w-full text-xs">
        <thead>
          <tr class="text-ink-faint">
            <th scope="col" class="py-1 text-left font-medium">
              {t("chart.day")}
            </th>
            {series.map((each) => (
              <th key={each.name} scope="col" class="py-1 pl-3 text-right font-medium">
                {each.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {columns.map((column, place) => (
            <tr key={column.title} class="border-line border-t">
              <th scope="row" class="whitespace-nowrap py-1 text-left font-normal">
                {column.title}
              </th>
              {series.map((each) => {
                const value = each.values[place];
                return (
                  <td key={each.name} class="numbers py-1 pl-3 text-right">
                    {value == null ? "–" : write(value)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
