import type { DayFigures } from "./api";

/** The last `days` days in UTC, oldest first, `YYYY-MM-DD`. */
export function lastDays(days: number, now = Date.now()): string[] {
  return Array.from({ length: days }, (_, back) =>
    new Date(now - (days - 1 - back) * 86_400_000).toISOString().slice(0, 10),
  );
}

/** A day without a row had nothing. */
export function byDay<T extends { key: string | null }>(
  rows: readonly T[],
  days: readonly string[],
): (T | null)[] {
  const known = new Map(rows.map((row) => [row.key, row]));
  return days.map((day) => known.get(day) ?? null);
}

export interface Totals {
  received: number;
  unseen: number;
  /** Completed after a review, or rejected in it. */
  reviewed: number;
  waiting: number;
  failed: number;
  /** Middle of the days' medians, weighed by nothing: a hint, not a bill. */
  medianS: number | null;
}

/** What a person decided: approved and done, or rejected. */
export const decided = (row: DayFigures): number => row.reviewed + row.rejected;

export function totals(rows: readonly DayFigures[]): Totals {
  const sum = (of: (row: DayFigures) => number) => rows.reduce((so, row) => so + of(row), 0);
  const medians = rows.flatMap((row) => (row.median_s === null ? [] : [row.median_s])).sort((a, b) => a - b);
  return {
    received: sum((row) => row.received),
    unseen: sum((row) => row.unseen),
    reviewed: sum(decided),
    waiting: sum((row) => row.waiting),
    failed: sum((row) => row.failed),
    medianS: medians[Math.floor(medians.length / 2)] ?? null,
  };
}

/** The share that completed without a person, of all that came to an end or to a person. null = nothing did yet. */
export function straightThrough(
  of: Pick<Totals, "unseen" | "reviewed" | "waiting" | "failed">,
): number | null {
  const ended = of.unseen + of.reviewed + of.waiting + of.failed;
  return ended > 0 ? of.unseen / ended : null;
}
