import { expect, test } from "vitest";
import type { JsonObject } from "../../lib/json";
import { addField, addTable, change, entriesOf, giveRole, inTable, moveUp, remove, rename } from "./schema";

const SCHEMA: JsonObject = {
  $id: "kept",
  type: "object",
  properties: {
    number: { type: "string", "x-kind": "id", "x-labels": ["No."], maxLength: 40 },
    seller: { type: "object", properties: { name: { type: "string" } }, required: ["name"] },
    lines: {
      type: "array",
      minItems: 1,
      items: { type: "object", properties: { net: { "x-kind": "money" } } },
    },
  },
  required: ["number"],
};

test("fields, those of inner objects and tables with their columns are listed", () => {
  expect(entriesOf(SCHEMA).map((each) => [each.path.join("."), each.kind, each.isRequired])).toEqual([
    ["number", "id", true],
    ["seller.name", "", true],
    ["lines", "", false],
  ]);
  expect(entriesOf(SCHEMA)[2]?.columns?.map((each) => each.path)).toEqual([["net"]]);
});

test("a change touches nothing that the form does not show", () => {
  const changed = change(SCHEMA, ["number"], { kind: "text", labels: ["Nr."], isRequired: false });
  expect(changed).toEqual({
    $id: "kept",
    type: "object",
    properties: {
      ...(SCHEMA.properties as JsonObject),
      number: { type: "string", "x-kind": "text", "x-labels": ["Nr."], maxLength: 40 },
    },
  });
  expect(change(change(SCHEMA, ["number"], { isRequired: false }), ["number"], { isRequired: true })).toEqual(
    SCHEMA,
  );
});

test("a new name keeps the place and the duty; a taken one changes nothing", () => {
  const renamed = rename(SCHEMA, ["number"], "invoice_number");
  expect(Object.keys(renamed.properties as JsonObject)).toEqual(["invoice_number", "seller", "lines"]);
  expect(renamed.required).toEqual(["invoice_number"]);
  expect(rename(SCHEMA, ["number"], "lines")).toEqual(SCHEMA);
});

test("columns are changed as fields are, and what is removed is required no more", () => {
  const columns = inTable(SCHEMA, ["lines"], (row) => addField(remove(row, ["net"])));
  expect(entriesOf(columns)[2]?.columns?.map((each) => each.path[0])).toEqual(["field_1"]);
  expect((columns.properties as JsonObject).lines).toMatchObject({ minItems: 1 });
  expect(remove(SCHEMA, ["number"]).required).toBeUndefined();
  expect(remove(SCHEMA, ["seller", "name"]).required).toEqual(["number"]);
  expect(entriesOf(addTable({})).map((each) => each.path[0])).toEqual(["table_1"]);
});

test("a role is one field's alone, and by the names again once it is nobody's", () => {
  const rolesOf = (schema: JsonObject) => entriesOf(schema).map((each) => each.role);
  const first = giveRole(SCHEMA, "sender", "number");
  expect(rolesOf(first)).toEqual(["sender", "", ""]);
  const moved = giveRole(first, "sender", "seller.name");
  expect(rolesOf(moved)).toEqual(["", "sender", ""]);
  expect(giveRole(moved, "sender", "")).toEqual(SCHEMA);
});

test("a field goes before the one above it, tables aside; the first stays", () => {
  const names = (schema: JsonObject) => Object.keys(schema.properties as JsonObject);
  const grown = addField(SCHEMA);
  expect(names(moveUp(grown, ["field_1"]))).toEqual(["number", "field_1", "seller", "lines"]);
  expect(names(moveUp(moveUp(grown, ["field_1"]), ["field_1"]))).toEqual([
    "field_1",
    "number",
    "seller",
    "lines",
  ]);
  expect(moveUp(SCHEMA, ["number"])).toEqual(SCHEMA);
});
