import { isDecimal, isNear, product, sum } from "../../lib/decimal";
import { isNumeric, kindByName } from "../../lib/kinds";
import type { Field, Row } from "./case";
import { canonical } from "./values";

/** What is pasted from a spreadsheet: rows by line, cells by tab; a cell in quotes may hold both. */
export function cellsOf(pasted: string): string[][] {
  const rows: string[][] = [[]];
  let cell = "";
  let quoted = false;
  const text = pasted.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (quoted && sign === '"' && text[at + 1] === '"') {
      cell += '"';
      at++;
    } else if (sign === '"' && (quoted || cell === "")) quoted = !quoted;
    else if (!quoted && (sign === "\t" || sign === "\n")) {
      rows.at(-1)?.push(cell);
      cell = "";
      if (sign === "\n") rows.push([]);
    } else cell += sign;
  }
  rows.at(-1)?.push(cell);
  return rows;
}

/** The rows with pasted cells laid over them from one cell on; rows are added as needed, columns are not. */
export function laidOver(
  rows: readonly Row[],
  columns: readonly string[],
  from: { row: number; column: number },
  cells: readonly string[][],
): Row[] {
  const out = rows.map((row) => ({ ...row }));
  for (const [down, line] of cells.entries()) {
    const row = from.row + down;
    while (out.length <= row) out.push(emptyRow(columns));
    for (const [right, value] of line.entries()) {
      const column = columns[from.column + right];
      const target = out[row];
      if (column && target) target[column] = canonical(kindByName(column), value);
    }
  }
  return out;
}

export function emptyRow(columns: readonly string[]): Row {
  return Object.fromEntries(columns.map((column) => [column, ""]));
}

export function isNumber(column: string): boolean {
  return isNumeric(kindByName(column));
}

const TOTALS = ["line_total", "total", "amount"];

function totalColumn(columns: readonly string[]): string | null {
  return TOTALS.find((name) => columns.includes(name)) ?? null;
}

/** Whether quantity times price is the row's total; null where one of them is not there. */
export function rowAddsUp(row: Row): boolean | null {
  const total = row.line_total ?? row.amount ?? "";
  const { quantity = "", unit_price: price = "" } = row;
  if (![quantity, price, total].every(isDecimal)) return null;
  return isNear(product(quantity, price) ?? "", total, "0.02");
}

export interface Sum {
  /** Of the rows; null where one of them has no amount. */
  total: string | null;
  /** The field it should equal. */
  against: string | null;
  expected: string;
  agrees: boolean | null;
}

const AGAINST = ["net_total", "subtotal", "grand_total", "total"];

/** The rows' sum beside the total that it equals; where it equals none, beside the first that is there. */
export function sumOf(
  rows: readonly Row[],
  columns: readonly string[],
  fields: readonly Field[],
  shownIn: (field: Field) => string,
): Sum | null {
  const column = totalColumn(columns);
  if (!column || rows.length === 0) return null;
  const total = sum(rows.map((row) => row[column] ?? ""));
  const stated = AGAINST.flatMap((name) => fields.find((each) => each.name === name) ?? []).filter((field) =>
    isDecimal(shownIn(field)),
  );
  const equal = total === null ? undefined : stated.find((field) => isNear(total, shownIn(field)));
  const shown = equal ?? stated[0];
  return {
    total,
    against: shown?.name ?? null,
    expected: shown ? shownIn(shown) : "",
    agrees: total === null || !shown ? null : equal !== undefined,
  };
}
