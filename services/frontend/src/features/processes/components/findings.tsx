import { CircleAlert, ShieldAlert, TriangleAlert } from "lucide";
import { flagText, reasonLine } from "../../../lib/findings";
import { t } from "../../../lib/i18n";
import { said } from "../../../lib/said";
import { Badge } from "../../../ui/badge";
import { Icon } from "../../../ui/icon";
import type { Document, Process } from "../api";

/** Why a process failed, in words, with what to do. */
export function Ending({ process }: { process: Process }) {
  const { error } = process;
  if (!error) return null;
  const todo = said("file_remedies", error.code);
  return (
    <div
      role="status"
      class="flex items-start gap-3 rounded-xl border border-bad/30 bg-bad-wash px-4 py-3 text-sm"
    >
      <Icon of={CircleAlert} class="mt-0.5 text-bad" />
      <div>
        <p class="font-medium">{said("file_problems", error.code) ?? error.message}</p>
        {todo && <p class="text-ink-soft">{todo}</p>}
        <p class="mt-0.5 font-mono text-2xs text-ink-faint">{error.code}</p>
      </div>
    </div>
  );
}

/** Why a person must look. */
export function Reasons({ process }: { process: Process }) {
  if (process.status !== "hitl_review" || process.review_reasons.length === 0) return null;
  return (
    <section class="rounded-xl border border-doubt/30 bg-doubt-wash px-4 py-3 text-sm">
      <h2 class="flex items-center gap-2 font-medium">
        <Icon of={TriangleAlert} class="text-doubt" />
        {t("processes.why_review")}
      </h2>
      <ul class="mt-1 flex flex-col gap-0.5 pl-6 text-ink-soft">
        {process.review_reasons.map((reason, at) => (
          <li key={`${reason.code}${reason.field}${at}`}>{reasonLine(reason)}</li>
        ))}
      </ul>
    </section>
  );
}

/** What is unusual about a document; each with a way to the evidence where there is one. */
export function Flags({ documents }: { documents: readonly Document[] }) {
  const all = documents.flatMap((document) => document.fraud_flags.map((flag) => ({ document, flag })));
  if (all.length === 0) return null;
  return (
    <section class="border-line border-t px-4 py-3">
      <h3 class="flex items-center gap-2 font-medium text-sm">
        <Icon of={ShieldAlert} class="text-bad" />
        {t("processes.unusual")}
      </h3>
      <ul class="mt-2 flex flex-col gap-2 text-sm">
        {all.map(({ document, flag }, at) => (
          <Flag key={`${document.document_id}${at}`} flag={flag as unknown as FraudFlag} />
        ))}
      </ul>
    </section>
  );
}

interface FraudFlag {
  code: string;
  score: number;
  message: string;
  evidence?: { process_id?: string; fields?: unknown };
}

function Flag({ flag }: { flag: FraudFlag }) {
  const other = flag.evidence?.process_id;
  return (
    <li class="flex items-start justify-between gap-3">
      <span>
        {flagText(flag)}
        {other && (
          <>
            {" "}
            <a href={`/processes/${other}`} class="text-accent underline underline-offset-2">
              {t("processes.see_other")}
            </a>
          </>
        )}
      </span>
      <Badge tone={flag.score >= 0.5 ? "bad" : "doubt"}>
        {t(flag.score >= 0.5 ? "processes.strong" : "processes.weak")}
      </Badge>
    </li>
  );
}
