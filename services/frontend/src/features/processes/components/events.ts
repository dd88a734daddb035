import type { Schemas } from "../../../lib/api/client";
import { reasonLine } from "../../../lib/findings";
import { t, tword } from "../../../lib/i18n";
import { actName } from "../../../lib/names";

type Event = Schemas["EventOut"];

/** What happened, as one line for people. */
export function eventText(event: Event): string {
  const stage = event.stage ? tword("stage", event.stage) : "";
  if (event.type === "stage.started") return t("event.started", { stage: stage + attempt(event) });
  if (event.type === "stage.finished")
    return t("event.finished", { stage: stage + attempt(event), outcome: outcomeOf(event) });
  const [kind, word] = event.type.split(".");
  // What a reviewer rejects ends as cancelled, with that code.
  const isRejected = (event.data as { code?: string }).code === "rejected";
  if (kind === "process") return tword("event_process", isRejected ? "rejected" : (word ?? ""));
  return actName(word ?? event.type);
}

function attempt(event: Event): string {
  return event.attempt && event.attempt > 1 ? ` (${t("processes.attempt", { number: event.attempt })})` : "";
}

function outcomeOf(event: Event): string {
  const data = event.data as {
    outcome?: string;
    result?: string;
    code?: string;
    reasons?: { code: string; field: string | null }[];
  };
  const word = tword("outcome", data.outcome ?? data.result ?? "");
  if (data.reasons?.length) return `${word} (${data.reasons.map(reasonLine).join("; ")})`;
  return data.code ? `${word} (${tword("file_problems", data.code)})` : word;
}
