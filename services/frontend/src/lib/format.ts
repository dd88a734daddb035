import { region } from "./i18n";

/** Numbers, times and sizes as the reader's language writes them. */
export function number(value: number, digits = 0): string {
  return new Intl.NumberFormat(region.value, { maximumFractionDigits: digits }).format(value);
}

/** A share 0..1 as a percentage. */
export function percent(share: number | null | undefined, digits = 0): string {
  if (share === null || share === undefined) return "–";
  return new Intl.NumberFormat(region.value, { style: "percent", maximumFractionDigits: digits }).format(
    share,
  );
}

export function dateTime(iso: string): string {
  return new Intl.DateTimeFormat(region.value, { dateStyle: "medium", timeStyle: "short" }).format(
    new Date(iso),
  );
}

export function day(iso: string): string {
  return new Intl.DateTimeFormat(region.value, { dateStyle: "medium" }).format(new Date(iso));
}

/** A date without a time, which is the same day everywhere. */
export function calendarDay(date: string): string {
  return new Intl.DateTimeFormat(region.value, { dateStyle: "medium", timeZone: "UTC" }).format(
    new Date(date),
  );
}

/** "2026-11" → "November 2026". */
export function calendarMonth(month: string): string {
  return new Intl.DateTimeFormat(region.value, { month: "long", year: "numeric", timeZone: "UTC" }).format(
    new Date(`${month}-01`),
  );
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

/** "3 minutes ago". */
export function ago(iso: string, now = Date.now()): string {
  const seconds = (new Date(iso).getTime() - now) / 1000;
  const [unit, size] = STEPS.find(([, each]) => Math.abs(seconds) >= each) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(region.value, { numeric: "auto", style: "short" }).format(
    Math.trunc(seconds / size),
    unit,
  );
}

/** How long something lasts: "4 h", "12 min", "3.2 s", "80 ms". */
export function duration(seconds: number): string {
  const [unit, size, digits] =
    seconds >= 86_400
      ? (["day", 86_400, 0] as const)
      : seconds >= 3_600
        ? (["hour", 3_600, 1] as const)
        : seconds >= 60
          ? (["minute", 60, 0] as const)
          : seconds >= 1
            ? (["second", 1, 1] as const)
            : (["millisecond", 0.001, 0] as const);
  return new Intl.NumberFormat(region.value, {
    style: "unit",
    unit,
    unitDisplay: "short",
    maximumFractionDigits: digits,
  }).format(seconds / size);
}

export function bytes(size: number): string {
  const unit = size >= 1e6 ? "megabyte" : size >= 1e3 ? "kilobyte" : "byte";
  const divisor = { megabyte: 1e6, kilobyte: 1e3, byte: 1 }[unit];
  return new Intl.NumberFormat(region.value, {
    style: "unit",
    unit,
    unitDisplay: "short",
    maximumFractionDigits: unit === "megabyte" ? 1 : 0,
  }).format(size / divisor);
}

/** The fraction digits that show an amount of micro-dollars at all: small ones take four. */
export function dollarDigits(micros: number): number {
  return micros !== 0 && Math.abs(micros) < 100_000 ? 4 : 2;
}

/** Micro-dollars as money. Unknown stays unknown: never zero. `digits` makes the amounts of one column alike. */
export function dollars(micros: number | null | undefined, digits?: number): string {
  if (micros === null || micros === undefined) return "–";
  const value = micros / 1e6;
  return new Intl.NumberFormat(region.value, {
    style: "currency",
    currency: "USD",
    currencyDisplay: "narrowSymbol",
    minimumFractionDigits: digits ?? 2,
    maximumFractionDigits: digits ?? dollarDigits(micros),
  }).format(value);
}

const DECIMAL = /^-?\d+(?:\.\d+)?$/;

/** A plain decimal, its thousands apart; `least` fraction digits are kept, zeros beyond them are not. Never through a float. */
export function decimal(text: string, least = 0): string {
  if (!DECIMAL.test(text)) return text;
  const digits = (text.split(".")[1] ?? "").replace(/0+$/, "").length;
  const shown = text.includes(".") ? Math.min(Math.max(digits, least), 20) : 0;
  return new Intl.NumberFormat(region.value, {
    minimumFractionDigits: shown,
    maximumFractionDigits: shown,
  }).format(text as `${number}`);
}

/** An amount with its currency, where one is known. What is no plain decimal stays as it is. */
export function money(text: string, currency?: string | null): string {
  if (!currency || !/^[A-Z]{3}$/.test(currency) || !DECIMAL.test(text)) return decimal(text, 2);
  const digits = (text.split(".")[1] ?? "").replace(/0+$/, "").length;
  const written = new Intl.NumberFormat(region.value, { style: "currency", currency });
  const usual = written.resolvedOptions().maximumFractionDigits ?? 2;
  if (digits <= usual) return written.format(text as `${number}`);
  return new Intl.NumberFormat(region.value, {
    style: "currency",
    currency,
    minimumFractionDigits: Math.min(digits, 20),
  }).format(text as `${number}`);
}
