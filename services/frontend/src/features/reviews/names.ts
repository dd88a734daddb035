import { tword } from "../../lib/i18n";
import type { Check, Flag, Reason } from "./case";

/** A field's name in words: "Invoice number". What the catalogue does not know is made readable. */
export function fieldName(name: string): string {
  return name
    .split(".")
    .map((part) => {
      const told = tword("reviews.field", part);
      return told.charAt(0).toUpperCase() + told.slice(1);
    })
    .join(" · ");
}

/** A code in plain words where the catalogue has it, else what the server said of it. */
function inWords(group: string, code: string, message: string): string {
  const told = tword(group, code);
  const isKnown = told !== code.replaceAll("_", " ");
  return isKnown ? told : message || told;
}

export function reasonText(reason: Reason): string {
  return inWords("reviews.reason", reason.code, reason.message);
}

/** A rule says more in the server's words, which name what was compared. */
export function checkText(check: Check, field: string): string {
  return check.message
    ? named(check.message.replaceAll(field, fieldName(field)))
    : inWords("reviews.check", check.code, check.message);
}

export function flagText(flag: Flag): string {
  return inWords("reviews.flag", flag.code, flag.message);
}

export function flagAdvice(flag: Flag): string {
  const told = tword("reviews.advice", flag.code);
  return told === flag.code.replaceAll("_", " ") ? "" : told;
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
