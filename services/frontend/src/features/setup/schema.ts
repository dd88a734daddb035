import { isObject, type JsonObject } from "../../lib/json";

/** A field or table of an output schema as the form shows it. All else that the schema says stays as it is. */
export interface Entry {
  /** Names of the objects around it, then its own. */
  path: string[];
  kind: string;
  labels: string[];
  isRequired: boolean;
  /** What lists show it as. */
  role: string;
  /** A table's columns; a field has none. */
  columns?: Entry[];
}

export const KINDS = [
  "text",
  "money",
  "date",
  "id",
  "party",
  "address",
  "iban",
  "vat_id",
  "currency",
  "rate",
  "quantity",
  "email",
  "phone",
  "boolean",
] as const;

export function entriesOf(schema: JsonObject, above: string[] = []): Entry[] {
  const required = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(propertiesOf(schema)).flatMap(([name, sub]): Entry[] => {
    if (!isObject(sub)) return [];
    const path = [...above, name];
    if (isObject(sub.properties)) return entriesOf(sub, path);
    const columns = isObject(sub.items) ? { columns: entriesOf(sub.items) } : {};
    const labels = Array.isArray(sub["x-labels"]) ? sub["x-labels"].map(String) : [];
    const kind = typeof sub["x-kind"] === "string" ? sub["x-kind"] : "";
    const role = typeof sub["x-role"] === "string" ? sub["x-role"] : "";
    return [{ path, kind, labels, isRequired: required.includes(name), role, ...columns }];
  });
}

function propertiesOf(schema: JsonObject): JsonObject {
  return isObject(schema.properties) ? schema.properties : {};
}

/** The schema with one of its objects changed: the one that holds `path`. */
function inHolder(
  schema: JsonObject,
  path: string[],
  change: (holder: JsonObject) => JsonObject,
): JsonObject {
  const [first, ...rest] = path;
  if (first === undefined || rest.length === 0) return change(schema);
  const properties = propertiesOf(schema);
  const sub = properties[first];
  if (!isObject(sub)) return schema;
  return { ...schema, properties: { ...properties, [first]: inHolder(sub, rest, change) } };
}

function last(path: string[]): string {
  return path.at(-1) ?? "";
}

function without(object: JsonObject, name: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([each]) => each !== name));
}

export function change(
  schema: JsonObject,
  path: string[],
  to: { kind?: string; labels?: string[]; isRequired?: boolean; role?: string },
): JsonObject {
  const name = last(path);
  return inHolder(schema, path, (holder) => {
    const properties = propertiesOf(holder);
    let sub = (properties[name] ?? {}) as JsonObject;
    if (to.kind !== undefined) sub = to.kind ? { ...sub, "x-kind": to.kind } : without(sub, "x-kind");
    if (to.labels) sub = to.labels.length > 0 ? { ...sub, "x-labels": to.labels } : without(sub, "x-labels");
    if (to.role !== undefined) sub = to.role ? { ...sub, "x-role": to.role } : without(sub, "x-role");
    const changed: JsonObject = { ...holder, properties: { ...properties, [name]: sub } };
    return to.isRequired === undefined ? changed : requiring(changed, name, to.isRequired);
  });
}

export const ROLES = ["sender", "amount", "currency"] as const;

/** The schema where one field alone has the role, or none for an empty name. */
export function giveRole(schema: JsonObject, role: string, name: string): JsonObject {
  return entriesOf(schema).reduce((changed, each) => {
    const isIt = each.path.join(".") === name;
    if (isIt) return change(changed, each.path, { role });
    return each.role === role ? change(changed, each.path, { role: "" }) : changed;
  }, schema);
}

function requiring(holder: JsonObject, name: string, isRequired: boolean): JsonObject {
  const names = (Array.isArray(holder.required) ? holder.required : []).filter((each) => each !== name);
  if (isRequired) return { ...holder, required: [...names, name] };
  return names.length > 0 ? { ...holder, required: names } : without(holder, "required");
}

/** Another name at the same place. A name that is taken or empty changes nothing. */
export function rename(schema: JsonObject, path: string[], name: string): JsonObject {
  const old = last(path);
  return inHolder(schema, path, (holder) => {
    const properties = propertiesOf(holder);
    if (!name || name in properties) return holder;
    const renamed = Object.entries(properties).map(
      ([each, sub]) => [each === old ? name : each, sub] as const,
    );
    const changed: JsonObject = { ...holder, properties: Object.fromEntries(renamed) };
    if (Array.isArray(holder.required))
      changed.required = holder.required.map((each) => (each === old ? name : each));
    return changed;
  });
}

export function remove(schema: JsonObject, path: string[]): JsonObject {
  const name = last(path);
  return inHolder(schema, path, (holder) =>
    requiring({ ...holder, properties: without(propertiesOf(holder), name) }, name, false),
  );
}

/** The schema with a field or column before the one that stands above it. */
export function moveUp(schema: JsonObject, path: string[]): JsonObject {
  return inHolder(schema, path, (holder) => {
    const members = Object.entries(propertiesOf(holder));
    const at = members.findIndex(([name]) => name === last(path));
    const above = members.slice(0, at).findLastIndex(([, sub]) => isObject(sub) && !isObject(sub.items));
    const moved = members[at];
    if (above < 0 || !moved) return holder;
    const order = [...members.slice(0, above), moved, ...members.slice(above, at), ...members.slice(at + 1)];
    return { ...holder, properties: Object.fromEntries(order) };
  });
}

export function addField(schema: JsonObject): JsonObject {
  return add(schema, "field", { type: ["string", "null"], "x-kind": "text" });
}

export function addTable(schema: JsonObject): JsonObject {
  const column = { type: ["string", "null"], "x-kind": "text" };
  return add(schema, "table", {
    type: "array",
    items: { type: "object", properties: { description: column } },
  });
}

function add(schema: JsonObject, stem: string, sub: JsonObject): JsonObject {
  const properties = propertiesOf(schema);
  let number = 1;
  while (`${stem}_${number}` in properties) number++;
  return { type: "object", ...schema, properties: { ...properties, [`${stem}_${number}`]: sub } };
}

/** The schema with the columns of one table changed, as if they were fields of a schema of their own. */
export function inTable(
  schema: JsonObject,
  path: string[],
  act: (row: JsonObject) => JsonObject,
): JsonObject {
  const name = last(path);
  return inHolder(schema, path, (holder) => {
    const properties = propertiesOf(holder);
    const table = properties[name];
    if (!isObject(table) || !isObject(table.items)) return holder;
    return { ...holder, properties: { ...properties, [name]: { ...table, items: act(table.items) } } };
  });
}
