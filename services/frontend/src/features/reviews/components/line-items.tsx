import { CircleAlert, CircleCheck, Plus, Trash2 } from "lucide";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { decimal } from "../../../lib/format";
import { t } from "../../../lib/i18n";
import { isNumeric, kindByName, readValue } from "../../../lib/kinds";
import { fieldName } from "../../../lib/names";
import { Button, IconButton } from "../../../ui/button";
import { Icon } from "../../../ui/icon";
import type { Bench } from "../bench";
import type { Case, Row, Table } from "../case";
import { rowsIn, valueIn, withTable } from "../draft";
import { cellsOf, emptyRow, isNumber, laidOver, rowAddsUp, type Sum, sumOf } from "../sheet";
import { canonical } from "../values";

/** A table of the document as a grid: arrows go from cell to cell, a spreadsheet can be pasted, sums are checked as typed. */
export function LineItems({
  of,
  table,
  bench,
  leave,
}: {
  of: Case;
  table: Table;
  bench: Bench;
  leave: () => void;
}) {
  const grid = useRef<HTMLTableElement>(null);
  const rows = rowsIn(bench.draft, table);
  const change = (next: readonly Row[]) => bench.change(withTable(bench.draft, table, next));
  const focus = (row: number, column: number) =>
    requestAnimationFrame(() =>
      grid.current?.querySelector<HTMLInputElement>(`[data-cell="${row}:${column}"]`)?.focus(),
    );
  const add = (at: number) => {
    change([...rows.slice(0, at), emptyRow(table.columns), ...rows.slice(at)]);
    focus(at, 0);
  };
  const remove = (at: number) => {
    change(rows.filter((_, place) => place !== at));
    focus(Math.max(0, at - 1), 0);
  };
  const set = (at: number, column: string, value: string) =>
    change(rows.map((row, place) => (place === at ? { ...row, [column]: value } : row)));

  const onPaste = (event: ClipboardEvent, row: number, column: number) => {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!/[\t\n]/.test(text.trim())) return;
    event.preventDefault();
    change(laidOver(rows, table.columns, { row, column }, cellsOf(text)));
  };
  const onKeyDown = (event: KeyboardEvent, row: number, column: number) => {
    const input = event.currentTarget as HTMLInputElement;
    const isAt = (end: number) => input.selectionStart === end && input.selectionEnd === end;
    const isWhole = input.selectionStart === 0 && input.selectionEnd === input.value.length;
    if (event.ctrlKey || event.metaKey || event.isComposing) return;
    if (event.key === "Escape") leave();
    else if (event.key === "Enter" && event.shiftKey) add(row + 1);
    else if (event.key === "ArrowDown" || event.key === "Enter") focus(row + 1, column);
    else if (event.key === "ArrowUp") focus(row - 1, column);
    else if (event.key === "ArrowRight" && (isWhole || isAt(input.value.length))) focus(row, column + 1);
    else if (event.key === "ArrowLeft" && (isWhole || isAt(0))) focus(row, column - 1);
    else if (event.key === "Delete" && event.shiftKey) remove(row);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const shownIn = (field: Case["fields"][number]) => valueIn(bench.draft, field);
  return (
    <section aria-label={fieldName(table.name)} class="flex flex-col gap-1">
      <div class="flex items-center justify-between px-3">
        <h2 class="font-semibold text-sm">{fieldName(table.name)}</h2>
        <Button small look="quiet" icon={Plus} onClick={() => add(rows.length)}>
          {t("reviews.add_row")}
        </Button>
      </div>
      <div class="overflow-x-auto rounded-lg border border-line bg-surface">
        <table ref={grid} class="w-full text-left text-sm" aria-label={fieldName(table.name)}>
          <thead>
            <tr class="border-line border-b">
              {table.columns.map((column) => (
                <th
                  key={column}
                  scope="col"
                  class={`whitespace-nowrap px-2 py-1.5 font-medium text-2xs text-ink-faint ${isNumber(column) ? "text-right" : ""}`}
                >
                  {fieldName(column)}
                </th>
              ))}
              <th scope="col" class="w-8">
                <span class="sr-only">{t("reviews.row_actions")}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row, at) => (
              <tr key={at} class="group border-line border-b last:border-0 focus-within:bg-accent-wash/40">
                {table.columns.map((column, place) => (
                  <td key={column} class="p-0">
                    <Cell
                      column={column}
                      value={row[column] ?? ""}
                      keep={(value) => set(at, column, value)}
                      place={`${at}:${place}`}
                      label={t("reviews.cell", { column: fieldName(column), row: at + 1 })}
                      onPaste={(event) => onPaste(event, at, place)}
                      onKeyDown={(event) => onKeyDown(event, at, place)}
                    />
                  </td>
                ))}
                <td class="w-8 pr-1">
                  <span class="flex items-center">
                    {rowAddsUp(row) === false && (
                      <span title={t("reviews.row_off")} class="text-doubt">
                        <Icon of={CircleAlert} size={14} label={t("reviews.row_off")} />
                      </span>
                    )}
                    <IconButton
                      icon={Trash2}
                      size={14}
                      label={t("reviews.remove_row", { row: at + 1 })}
                      class="size-7! opacity-0 focus-visible:opacity-100 group-focus-within:opacity-100 group-hover:opacity-100 max-md:opacity-100"
                      onClick={() => remove(at)}
                    />
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {rows.length === 0 && <p class="px-3 py-3 text-ink-faint text-xs">{t("reviews.no_rows")}</p>}
      </div>
      <SumLine sum={sumOf(rows, table.columns, of.fields, shownIn)} />
    </section>
  );
}

interface CellProps {
  /** Row and column, from 0. */
  place: string;
  label: string;
  column: string;
  value: string;
  keep: (value: string) => void;
  onPaste: (event: ClipboardEvent) => void;
  onKeyDown: (event: KeyboardEvent) => void;
}

/** One value of a row: plain while it is typed, as people write it else. */
function Cell({ place, label, column, value, keep, ...heard }: CellProps) {
  const kind = kindByName(column);
  const input = useRef<HTMLInputElement>(null);
  const [isTyped, setTyped] = useState(false);
  useLayoutEffect(() => {
    if (isTyped) input.current?.select();
  }, [isTyped]);
  return (
    <input
      {...heard}
      ref={input}
      data-cell={place}
      aria-label={label}
      value={isTyped ? value : readValue(kind, value)}
      inputMode={isNumeric(kind) ? "decimal" : undefined}
      autocomplete="off"
      onFocus={() => setTyped(true)}
      onInput={(event) => keep(event.currentTarget.value)}
      onBlur={() => {
        setTyped(false);
        const kept = canonical(kind, value);
        if (kept !== value) keep(kept);
      }}
      class={`h-8 w-full bg-transparent px-2 focus:outline-2 focus:outline-accent focus:-outline-offset-2 ${isNumeric(kind) ? "numbers min-w-16 text-right" : "min-w-32"}`}
    />
  );
}

function SumLine({ sum }: { sum: Sum | null }) {
  if (!sum) return null;
  const values = {
    total: sum.total === null ? "–" : decimal(sum.total, 2),
    name: sum.against ? fieldName(sum.against) : "",
    expected: decimal(sum.expected, 2),
  };
  if (sum.agrees === null)
    return (
      <p class="px-3 text-ink-faint text-xs">{t(sum.total ? "reviews.sum" : "reviews.sum_open", values)}</p>
    );
  return (
    <p
      role="status"
      class={`numbers flex items-center gap-1.5 px-3 text-xs ${sum.agrees ? "text-good" : "text-doubt"}`}
    >
      <Icon of={sum.agrees ? CircleCheck : CircleAlert} size={13} />
      {t(sum.agrees ? "reviews.sum_agrees" : "reviews.sum_differs", values)}
    </p>
  );
}
