import { expect, test } from "vitest";
import { groupOf, recased } from "./case";
import { changedTables, corrections, edited, NOTHING, withTable } from "./draft";
import { MADE_RESULT, madeCase } from "./made";

test("doubtful fields stand apart from those that were read and those that are not there", () => {
  const groups = madeCase().fields.map((each) => [each.name, groupOf(each)]);
  expect(groups).toEqual([
    ["seller_name", "read"],
    ["grand_total", "doubtful"],
    ["due_date", "empty"],
    ["currency", "doubtful"],
  ]);
});

test("a blind sample shows no reasons, no sureness and nothing in doubt", () => {
  const of = madeCase({ is_sample: true });
  expect(of.reasons).toEqual([]);
  expect(of.confidence).toBeNull();
  expect(of.fields.every((each) => each.confidence === null && groupOf(each) !== "doubtful")).toBe(true);
});

test("the server's kinds go before those that names tell, and unread fields are listed too", () => {
  const of = madeCase({ fields_asked: [{ path: "note", kind: "date", is_required: false }] });
  expect(of.fields.find((each) => each.name === "note")).toMatchObject({ kind: "date", value: "" });
});

test("what stands on no page comes as the schema lists it", () => {
  const asked = ["currency", "due_date", "note", "grand_total", "seller_name"];
  const of = madeCase({ fields_asked: asked.map((path) => ({ path, kind: "text", is_required: false })) });
  const unplaced = of.fields.filter((each) => !each.place).map((each) => each.name);
  expect(unplaced).toEqual(asked.filter((name) => unplaced.includes(name)));
  expect(unplaced.length).toBeGreaterThan(2);
});

test("only what differs is sent, in its canonical form", () => {
  const of = madeCase();
  const [seller, total, , currency] = of.fields;
  if (!seller || !total || !currency) throw new Error("fields");
  let draft = edited(NOTHING, total, "1.119,00 €");
  draft = edited(draft, currency, "eur");
  draft = edited(draft, seller, "");
  expect(corrections(draft, of)).toEqual({ grand_total: "1119.00", currency: "EUR", seller_name: null });
  expect(corrections(edited(draft, seller, seller.value), of)).not.toHaveProperty("seller_name");
});

test("a table counts as changed only where a cell differs", () => {
  const of = madeCase();
  const [table] = of.tables;
  if (!table) throw new Error("table");
  expect(changedTables(withTable(NOTHING, table, [...table.rows]), of)).toEqual({});
  expect(changedTables(withTable(NOTHING, table, table.rows.slice(1)), of)).toHaveProperty("line_items");
});

test("after saving, the rules' new answer stands beside the value", () => {
  const checks = [{ code: "regex", ok: false, message: "currency is not one of ours" }];
  const currency = { value: "XXX", source: "human", confidence: 1, checks };
  const after = recased(madeCase(), { ...MADE_RESULT, fields: { ...MADE_RESULT.fields, currency } }, []);
  const found = after.fields.find((each) => each.name === "currency");
  expect(found).toMatchObject({ value: "XXX", reasons: [], checks });
  expect(found && groupOf(found)).toBe("doubtful");
});
