export type Json = null | boolean | number | string | Json[] | JsonObject;
export type JsonObject = { [name: string]: Json };

export interface JsonFault {
  message: string;
  /** Counted from 1. */
  line: number;
  column: number;
}

export type Parsed = { value: Json; fault?: undefined } | { value?: undefined; fault: JsonFault };

/** A text as JSON, or where it stops being JSON. Engines tell the place as a position or as line and column. */
export function parseJson(text: string): Parsed {
  try {
    return { value: JSON.parse(text) as Json };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const told = /line (\d+) column (\d+)/.exec(message);
    if (told) return { fault: { message, line: Number(told[1]), column: Number(told[2]) } };
    const position = Number(/position (\d+)/.exec(message)?.[1] ?? text.length);
    const before = text.slice(0, position).split("\n");
    return { fault: { message, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 } };
  }
}

export function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
