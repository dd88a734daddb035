import { flagText } from "../../lib/findings";
import { tword } from "../../lib/i18n";
import { fieldName } from "../../lib/names";
import { said } from "../../lib/said";
import type { Check, Flag } from "./case";

/** A rule says more in the server's words, which name what was compared. */
export function checkText(check: Check, field: string): string {
  return check.message ? named(check.message.replaceAll(field, fieldName(field))) : flagText(check);
}

/** What to do about a flag; "" where nothing special is. */
export function flagAdvice(flag: Flag): string {
  return said("reviews.advice", flag.code) ?? "";
}

export function typeName(typeId: string | null): string {
  if (!typeId) return "–";
  const told = tword("reviews.type", typeId);
  return told.charAt(0).toUpperCase() + told.slice(1);
}

/** Names of fields inside the server's sentences, as words. */
function named(message: string): string {
  return message.replace(/\b[a-z]+(?:_[a-z]+)+\b/g, (name) => fieldName(name));
}
