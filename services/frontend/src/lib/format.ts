import { locale } from "./i18n";

/** Numbers, times and sizes as the reader's language writes them. */
export function number(value: number, digits = 0): string {
  return new Intl.NumberFormat(locale.value, { maximumFractionDigits: digits }).format(value);
}

/** A share 0..1 as a percentage. */
export function percent(share: number | null | undefined, digits = 0): string {
  if (share === null || share === undefined) return "–";
  return new Intl.NumberFormat(locale.value, { style: "percent", maximumFractionDigits: digits }).format(
    share,
  );
}

export function dateTime(iso: string): string {
  return new Intl.DateTimeFormat(locale.value, { dateStyle: "medium", timeStyle: "short" }).format(
    new Date(iso),
  );
}

export function day(iso: string): string {
  return new Intl.DateTimeFormat(locale.value, { dateStyle: "medium" }).format(new Date(iso));
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
  return new Intl.RelativeTimeFormat(locale.value, { numeric: "auto", style: "short" }).format(
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
  return new Intl.NumberFormat(locale.value, {
    style: "unit",
    unit,
    unitDisplay: "short",
    maximumFractionDigits: digits,
  }).format(seconds / size);
}

export function bytes(size: number): string {
  const unit = size >= 1e6 ? "megabyte" : size >= 1e3 ? "kilobyte" : "byte";
  const divisor = { megabyte: 1e6, kilobyte: 1e3, byte: 1 }[unit];
  return new Intl.NumberFormat(locale.value, {
    style: "unit",
    unit,
    unitDisplay: "short",
    maximumFractionDigits: unit === "megabyte" ? 1 : 0,
  }).format(size / divisor);
}

/** Micro-dollars as money. Unknown stays unknown: never zero. */
export function dollars(micros: number | null | undefined): string {
  if (micros === null || micros === undefined) return "–";
  const value = micros / 1e6;
  const digits = value !== 0 && Math.abs(value) < 0.1 ? 4 : 2;
  return new Intl.NumberFormat(locale.value, {
    style: "currency",
    currency: "USD",
    minimumFractionDigits: 2,
    maximumFractionDigits: digits,
  }).format(value);
}
