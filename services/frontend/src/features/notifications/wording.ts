import { t, tword } from "../../lib/i18n";
import { said } from "../../lib/said";
import type { Notification } from "./api";

/** A notification in the reader's language: what happened, and the codes it names in words. */
export function worded(given: Pick<Notification, "type" | "title" | "message">): {
  title: string;
  detail: string;
} {
  // Of these types the server's title says no more than the type does.
  const title = said("notifications.title_of", given.type) ?? given.title;
  return { title, detail: detailOf(given.message) };
}

const REASONS = /^Reasons: (.+)\.$/;
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
  return message;
}
