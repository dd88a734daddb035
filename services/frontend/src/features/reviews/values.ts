import type { TextKey } from "../../lib/i18n";
import type { Kind } from "../../lib/kinds";

/** As typed → as kept: a plain decimal, an ISO date, an IBAN without spaces. What cannot be understood stays as it is. */
export function canonical(kind: Kind, typed: string): string {
  const text = typed.trim();
  switch (kind) {
    case "money":
    case "rate":
    case "quantity":
      return decimal(text) ?? text;
    case "date":
      return isoDate(text) ?? text;
    case "iban":
    case "vat_id":
      return text.replace(/[\s.-]/g, "").toUpperCase();
    case "currency":
      return text.toUpperCase();
    default:
      return text;
  }
}

/** What is wrong with a value of a kind, as the key of a text; undefined = nothing. Empty is never wrong here. */
export function wrongWith(kind: Kind, value: string): TextKey | undefined {
  if (value === "") return undefined;
  switch (kind) {
    case "money":
    case "rate":
    case "quantity":
      return /^-?\d+(\.\d+)?$/.test(value) ? undefined : "reviews.wrong.number";
    case "date":
      return isoDate(value) === value ? undefined : "reviews.wrong.date";
    case "iban":
      return isIban(value) ? undefined : "reviews.wrong.iban";
    case "currency":
      return /^[A-Z]{3}$/.test(value) ? undefined : "reviews.wrong.currency";
    case "email":
      return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value) ? undefined : "reviews.wrong.email";
    default:
      return undefined;
  }
}

/** "1.234,56", "1,234.56", "1 234,56 €" → "1234.56". One separator with three digits behind it groups thousands only if it repeats. */
function decimal(text: string): string | null {
  const bare = text.replace(/[^\d.,+-]/g, "");
  const last = Math.max(bare.lastIndexOf("."), bare.lastIndexOf(","));
  const sign = /^-|-$/.test(bare) ? "-" : "";
  const digits = (part: string) => part.replace(/\D/g, "");
  if (!/\d/.test(bare)) return null;
  const mark = bare[last] ?? "";
  const repeats = last >= 0 && bare.split(mark).length > 2;
  const whole = last < 0 || repeats ? digits(bare) : digits(bare.slice(0, last));
  const fraction = last < 0 || repeats ? "" : digits(bare.slice(last + 1));
  return `${sign}${whole.replace(/^0+(?=\d)/, "") || "0"}${fraction && `.${fraction}`}`;
}

/** ISO, "5.3.2018" and "05/03/2018" (the day first); null where there is no such day. */
function isoDate(text: string): string | null {
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text);
  const other = /^(\d{1,2})[./ -](\d{1,2})[./ -](\d{4}|\d{2})$/.exec(text);
  const [year, month, day] = iso
    ? [iso[1], iso[2], iso[3]]
    : other
      ? [other[3]?.length === 2 ? `20${other[3]}` : other[3], other[2], other[1]]
      : [];
  if (!year || !month || !day) return null;
  const written = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  const made = new Date(`${written}T00:00:00Z`);
  return !Number.isNaN(made.getTime()) && made.toISOString().startsWith(written) ? written : null;
}

/** ISO 13616: the remainder by 97 is 1. */
function isIban(text: string): boolean {
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{10,30}$/.test(text)) return false;
  let rest = 0;
  for (const sign of text.slice(4) + text.slice(0, 4)) {
    const value = Number.parseInt(sign, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}
