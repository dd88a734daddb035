import { said } from "./said";

/** A name of the data, such as `invoice_number`, as words for people. */
export function spelled(name: string): string {
  const words = name
    .replace(/[._]+/g, " ")
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .trim();
  return (words.charAt(0).toUpperCase() + words.slice(1)).replace(
    /\b(id|iban|bic|vat|url|xml)\b/gi,
    (found) => found.toUpperCase(),
  );
}

/** What a value is called, part by part: "Line items · Amount". What the catalogue does not know is made readable. */
export function fieldName(name: string): string {
  return name
    .split(".")
    .map((part) => said("field_names", part) ?? spelled(part))
    .join(" · ");
}

/** A code with its meaning ("380 – Commercial invoice"); a value that is no known code stays as it is. */
export function inWords(name: string, value: string): string {
  const meaning = name.endsWith("type_code") ? said("type_codes", value) : undefined;
  return meaning ? `${value} – ${meaning}` : value;
}

/** What was done, as the audit names it: "fields_corrected". */
export function actName(action: string): string {
  return said("act", action) ?? spelled(action);
}
