import { useEffect, useState } from "preact/hooks";

/** The time, anew every `everyMs`: what is shown as "3 minutes ago" goes on. */
export function useNow(everyMs: number): number {
  const [now, set] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => set(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** A value once it stays the same for a while: for what is typed and then asked of the server. */
export function useSettled<T>(value: T, afterMs: number): T {
  const [settled, set] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => set(value), afterMs);
    return () => clearTimeout(timer);
  }, [value, afterMs]);
  return settled;
}
