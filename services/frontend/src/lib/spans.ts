import { duration } from "./format";
import { t } from "./i18n";

/** Choices of how long, in seconds; what is set now is among them whatever it is. 0 = at once. */
export function spans(known: readonly number[], now: number): { value: string; label: string }[] {
  const all = known.includes(now) ? known : [...known, now].sort((a, b) => a - b);
  return all.map((seconds) => ({
    value: String(seconds),
    label: seconds === 0 ? t("notifications.at_once") : duration(seconds),
  }));
}
