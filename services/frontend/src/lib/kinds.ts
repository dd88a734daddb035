import { calendarDay, decimal, money } from "./format";

/** What a value is, as the output schema names it (`x-kind`). */
export type Kind =
  | "money"
  | "date"
  | "id"
  | "iban"
  | "vat_id"
  | "party"
  | "address"
  | "currency"
  | "rate"
  | "email"
  | "phone"
  | "quantity"
  | "boolean"
  | "text";

const BY_NAME: readonly [RegExp, Kind][] = [
  [/iban$/, "iban"],
  [/vat_id$|vat_number$/, "vat_id"],
  [/currency$/, "currency"],
  [/(^|_)date$|date_of_birth$|_on$/, "date"],
  [/rate$|percent$/, "rate"],
  [/quantity$|_count$/, "quantity"],
  [/e?mail$/, "email"],
  [/phone$/, "phone"],
  [/(total|amount|price|due|paid|net|gross|balance|tip|subtotal|withheld|income|rents|royalties)$/, "money"],
  [/(number|code|reference|tin)$/, "id"],
  [/address$|street$/, "address"],
];

/** The kind of a field that the server told nothing of, by its name; else text. */
export function kindByName(name: string): Kind {
  const last = name.split(".").at(-1) ?? name;
  return BY_NAME.find(([pattern]) => pattern.test(last))?.[1] ?? "text";
}

/** A value for reading alone: a date is written out, too. */
export function readValue(kind: Kind, value: string, currency?: string | null): string {
  return kind === "date" && /^\d{4}-\d{2}-\d{2}$/.test(value)
    ? calendarDay(value)
    : shownValue(kind, value, currency);
}

/** Stands right in a table and is typed with figures. */
export function isNumeric(kind: Kind): boolean {
  return kind === "money" || kind === "rate" || kind === "quantity";
}

/** For the eye: an amount with its thousands apart, an IBAN in fours. What is no such value stays as it is. */
export function shownValue(kind: Kind, value: string, currency?: string | null): string {
  switch (kind) {
    case "money":
      return money(value, currency);
    case "rate":
    case "quantity":
      return decimal(value);
    case "iban":
      return value.replace(/\s/g, "").replace(/(.{4})(?=.)/g, "$1 ");
    default:
      return value;
  }
}
