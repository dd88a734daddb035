import { calendarDay, percent } from "../../lib/format";
import { t, tword } from "../../lib/i18n";
import { said } from "../../lib/said";
import type { Notification } from "./api";

/** A notification in the reader's language: what happened, and the codes it names in words. */
export function worded(given: Pick<Notification, "type" | "title" | "message">): {
  title: string;
  detail: string;
} {
  // Of these types the server's title says no more than the type does.
  const title = said("notifications.title_of", given.type) ?? budgetAt(BUDGET, given.title) ?? given.title;
  return { title, detail: detailOf(given.message) };
}

const REASONS = /^Reasons: (.+)\.$/;
const BUDGET = /^A budget for models is at (?<percent>\d+) %$/;
const SPENT = /^The budget of the (?<span>day|month) from (?<from>\S+) \(UTC\) is at (?<percent>\d+) %\.$/;
const REPEATS = /^Compare it with (.+)\.$/;
const ENDED = /^It ended with the code (\w+)\.$/;

function detailOf(message: string): string {
  const reasons = REASONS.exec(message)?.[1];
  if (reasons)
    return reasons
      .split(", ")
      .map((code) => tword("reasons", code))
      .join(" · ");
  const code = ENDED.exec(message)?.[1];
  if (code) return said("file_problems", code) ?? said("problems", code) ?? t("notifications.code", { code });
  // The process itself leads to its twins.
  if (REPEATS.test(message)) return "";
  return budgetAt(SPENT, message) ?? message;
}

function budgetAt(form: RegExp, text: string): string | undefined {
  const found = form.exec(text)?.groups;
  if (!found) return undefined;
  const share = percent(Number(found.percent) / 100);
  if (!found.span || !found.from) return t("notifications.budget_at", { share });
  return t(found.span === "day" ? "notifications.budget_of_day" : "notifications.budget_of_month", {
    from: calendarDay(found.from),
    share,
  });
}
