import { fieldName } from "./names";
import { said } from "./said";

interface Told {
  code: string;
  field?: string | null;
  /** What the server says of it, where the catalogue has no words. */
  message?: string;
}

/** Why a person must look, in plain words. */
export function reasonText({ code, message }: Told): string {
  return said("reasons", code) ?? (message || code.replaceAll("_", " "));
}

/** The same with the value it is about: "Currency · Not found on the document". */
export function reasonLine(reason: Told): string {
  return reason.field ? `${fieldName(reason.field)} · ${reasonText(reason)}` : reasonText(reason);
}

/** What is unusual about a document, or wrong with a value. */
export function flagText({ code, message }: Told): string {
  return said("flags", code) ?? (message || code.replaceAll("_", " "));
}

/** What is wrong with a value. A rule of the client's says it in its own words, which name the fields that were compared. */
export function checkText(check: Told, field: string): string {
  const known = said("flags", check.code);
  if (known || !check.message) return known ?? flagText(check);
  const words = check.message
    .replaceAll(field, fieldName(field))
    .replace(/\b[a-z]+(?:_[a-z]+)+\b/g, (name) => fieldName(name));
  return words.charAt(0).toUpperCase() + words.slice(1);
}
