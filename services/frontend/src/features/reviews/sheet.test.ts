import { expect, test } from "vitest";
import { madeCase } from "./made";
import { cellsOf, laidOver, rowAddsUp, sumOf } from "./sheet";

test("a spreadsheet's cells are told apart, also where they hold tabs, quotes and lines", () => {
  expect(cellsOf('Rope\t2\t"a ""b""\nc"\r\nTar\t1\t\n')).toEqual([
    ["Rope", "2", 'a "b"\nc'],
    ["Tar", "1", ""],
  ]);
});

test("what is pasted fills cells from where it was pasted and adds rows, never columns", () => {
  const rows = laidOver(
    [{ description: "Rope", line_total: "" }],
    ["description", "line_total"],
    { row: 0, column: 1 },
    [["1.000,50", "beyond"], ["7"]],
  );
  expect(rows).toEqual([
    { description: "Rope", line_total: "1000.50" },
    { description: "", line_total: "7" },
  ]);
});

test("rows are checked one by one and all together", () => {
  const of = madeCase();
  const [table] = of.tables;
  if (!table) throw new Error("table");
  expect(table.rows.map(rowAddsUp)).toEqual([true, false]);
  const sum = sumOf(table.rows, table.columns, of.fields, (field) => field.value);
  expect(sum).toEqual({ total: "119.00", against: "grand_total", expected: "119.00", agrees: true });
});
