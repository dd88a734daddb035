import { CircleAlert, CircleCheck, Copy, Files, FileText, RotateCcw, ScanSearch, X } from "lucide";
import type { Problem } from "../../../lib/api/problem";
import { reasonText } from "../../../lib/findings";
import { bytes, percent } from "../../../lib/format";
import { t, tn } from "../../../lib/i18n";
import { tproblem } from "../../../lib/problem-texts";
import { said } from "../../../lib/said";
import { Status } from "../../../ui/badge";
import { Button, IconButton } from "../../../ui/button";
import { Icon } from "../../../ui/icon";
import { Card } from "../../../ui/page";
import { again, dropSettled, type Item, isSettled, items, stop } from "../queue";

/** What was handed in, the newest first, each with what becomes of it. */
export function UploadList() {
  const all = items.value;
  const settled = all.filter(isSettled).length;
  return (
    <Card
      title={<Summary all={all} />}
      actions={
        settled > 0 && (
          <Button small look="quiet" onClick={dropSettled}>
            {t("uploads.clear")}
          </Button>
        )
      }
    >
      <ul class="divide-y divide-line" aria-label={t("uploads.list")}>
        {all.map((item) => (
          <Row key={item.id} item={item} />
        ))}
      </ul>
    </Card>
  );
}

function Summary({ all }: { all: readonly Item[] }) {
  const of = (fits: (item: Item) => boolean) => all.filter(fits).length;
  const review = of((item) => item.process?.status === "hitl_review");
  const wrong = of((item) => item.state === "refused" || item.process?.status === "failed");
  const open = of((item) => !isSettled(item));
  const parts = [
    tn("uploads.count", all.length),
    open > 0 && tn("uploads.open", open),
    review > 0 && tn("uploads.for_review", review),
    wrong > 0 && tn("uploads.wrong", wrong),
  ];
  return <output aria-live="polite">{parts.filter(Boolean).join(" · ")}</output>;
}

function Row({ item }: { item: Item }) {
  const { process } = item;
  return (
    <li class="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5 text-sm">
      <Icon of={item.files.length > 1 ? Files : FileText} class="text-ink-faint" />
      <div class="min-w-0 flex-1 basis-48">
        <p class="truncate font-medium" title={item.files.map((file) => file.name).join("\n")}>
          {process ? (
            <a href={`/processes/${process.process_id}`} class="hover:text-accent">
              {item.name}
            </a>
          ) : (
            item.name
          )}
        </p>
        <Note item={item} />
      </div>
      <div class="flex items-center gap-2">
        <Standing item={item} />
        <Acts item={item} />
      </div>
      {item.state === "sending" && <Progress item={item} />}
    </li>
  );
}

/** One line on what happened, with what to do where something is to be done. */
function Note({ item }: { item: Item }) {
  const { problem, process } = item;
  if (problem) return <Wrong {...refusal(problem)} code={problem.code} />;
  if (process?.error) {
    const { code, message } = process.error;
    return (
      <Wrong
        what={said("file_problems", code) ?? message ?? code}
        todo={said("file_remedies", code) ?? ""}
        code={code}
      />
    );
  }
  if (item.isEarlier) return <Hint>{t("uploads.earlier")}</Hint>;
  if (process && earlierOf(process)) return <Duplicate of={earlierOf(process) ?? ""} />;
  if (process?.status === "hitl_review")
    return <Hint>{[...new Set(process.review_reasons.map((each) => reasonText(each)))].join(" · ")}</Hint>;
  if (item.state === "stopped") return <Hint>{t("uploads.stopped")}</Hint>;
  return <Hint>{bytes(item.sizeBytes)}</Hint>;
}

function refusal(problem: Problem): { what: string; todo: string } {
  const what = said("file_problems", problem.code);
  return what ? { what, todo: said("file_remedies", problem.code) ?? "" } : tproblem(problem);
}

/** The process that the same file came in as before. */
function earlierOf(process: NonNullable<Item["process"]>): string | undefined {
  const flags = process.documents.flatMap((document) => document.fraud_flags);
  const same = flags.find((flag) => flag.code === "duplicate_exact");
  return (same?.evidence as { process_id?: string } | undefined)?.process_id;
}

function Hint({ children }: { children: string }) {
  return <p class="text-ink-faint text-xs">{children}</p>;
}

function Duplicate({ of }: { of: string }) {
  return (
    <p class="flex items-center gap-1.5 text-doubt text-xs">
      <Icon of={Copy} size={12} />
      <span>
        {t("uploads.duplicate")}{" "}
        <a href={`/processes/${of}`} class="underline underline-offset-2">
          {t("uploads.see_earlier")}
        </a>
      </span>
    </p>
  );
}

function Wrong({ what, todo, code }: { what: string; todo: string; code: string }) {
  return (
    <p class="flex items-start gap-1.5 text-bad text-xs">
      <Icon of={CircleAlert} size={12} class="mt-0.5" />
      <span>
        {what} <span class="text-ink-soft">{todo}</span>{" "}
        <code class="font-mono text-2xs text-ink-faint">{code}</code>
      </span>
    </p>
  );
}

function Standing({ item }: { item: Item }) {
  if (item.process) return <Status status={item.process.status} error={item.process.error} />;
  if (item.state === "sending")
    return <span class="numbers text-ink-soft text-xs">{percent(item.sent)}</span>;
  if (item.state === "queued") return <span class="text-ink-faint text-xs">{t("uploads.queued")}</span>;
  return null;
}

function Acts({ item }: { item: Item }) {
  const status = item.process?.status;
  if (item.state === "queued" || item.state === "sending")
    return (
      <IconButton icon={X} label={t("uploads.stop", { name: item.name })} onClick={() => stop(item.id)} />
    );
  if (item.state === "refused" || item.state === "stopped")
    return (
      <IconButton
        icon={RotateCcw}
        label={t("uploads.again", { name: item.name })}
        onClick={() => again(item.id)}
      />
    );
  if (status === "hitl_review")
    return (
      <a
        href={`/reviews/${item.process?.process_id}`}
        class="inline-flex items-center gap-1 font-medium text-accent text-xs"
      >
        <Icon of={ScanSearch} size={14} /> {t("uploads.review")}
      </a>
    );
  return status === "completed" ? <Icon of={CircleCheck} class="text-good" /> : null;
}

function Progress({ item }: { item: Item }) {
  return (
    <progress
      class="h-1 w-full basis-full appearance-none overflow-hidden rounded-full bg-line [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-line [&::-webkit-progress-value]:bg-accent"
      value={item.sent}
      max={1}
      aria-label={t("uploads.progress", { name: item.name })}
    />
  );
}
