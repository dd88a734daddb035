import { GitCompareArrows, History, Lock, Microscope, UsersRound } from "lucide";
import type { Problem } from "../../../lib/api/problem";
import { dateTime } from "../../../lib/format";
import { t } from "../../../lib/i18n";
import { fieldName } from "../../../lib/names";
import { useAct } from "../../../lib/query/use";
import { Button, LinkButton } from "../../../ui/button";
import { Trouble } from "../../../ui/states";
import type { Case } from "../case";
import type { Draft } from "../draft";
import { Notice } from "./notice";

/** What stands between the reviewer and a decision: others who were quicker, a second approval, a refusal. */
export function Standing({
  of,
  newer,
  draft,
  problem,
  isMine,
  mayTakeOver,
  takeOver,
  take,
  forget,
}: {
  of: Case;
  /** What the server holds now, where it is no longer what was opened. */
  newer: Case | null;
  draft: Draft;
  problem: Problem | null;
  isMine: boolean;
  mayTakeOver: boolean;
  takeOver: () => Promise<unknown>;
  /** Shows what the server holds, and keeps what was typed. */
  take: () => void;
  forget: () => void;
}) {
  const taking = useAct(takeOver);
  const isConflict = problem?.status === 409 || problem?.status === 412;
  const isHeld = of.claim.by !== null && !isMine && !isPast(of.claim.until);
  const { isOver } = newer ?? of;
  return (
    <>
      {isOver ? (
        <Notice
          icon={History}
          tone="accent"
          isUrgent
          title={t("reviews.over")}
          actions={
            <LinkButton href={`/processes/${of.processId}`} class="h-7! text-xs!">
              {t("reviews.see_process")}
            </LinkButton>
          }
        >
          {t("reviews.over_lead")}
        </Notice>
      ) : newer || isConflict ? (
        <Notice
          icon={GitCompareArrows}
          tone="doubt"
          isUrgent
          title={t("reviews.conflict")}
          actions={
            <>
              <Button small look="primary" onClick={take}>
                {t("reviews.load_and_keep")}
              </Button>
              {Object.keys(draft.edits).length > 0 && (
                <Button
                  small
                  onClick={() => {
                    forget();
                    take();
                  }}
                >
                  {t("reviews.load_and_drop")}
                </Button>
              )}
            </>
          }
        >
          <p>{t("reviews.conflict_lead")}</p>
          {problem && <p class="break-words">{problem.message}</p>}
          {newer && <Differences of={of} newer={newer} draft={draft} />}
        </Notice>
      ) : (
        problem && problem.code !== "override_required" && <Trouble problem={problem} compact />
      )}
      {isHeld && !isOver && (
        <Notice
          icon={Lock}
          tone="doubt"
          title={t("reviews.held_by", { name: of.claim.name ?? t("reviews.somebody") })}
          actions={
            mayTakeOver && (
              <Button small isBusy={taking.isRunning} onClick={() => void taking.run()}>
                {t("reviews.take_over")}
              </Button>
            )
          }
        >
          {of.claim.until && t("reviews.held_until", { time: dateTime(of.claim.until) })}
          {taking.problem && <Trouble problem={taking.problem} compact />}
        </Notice>
      )}
      {of.approvals.required > 1 && !of.isSample && (
        <Notice icon={UsersRound} tone="accent" title={t("reviews.two_people")}>
          {of.approvals.given > 0 ? t("reviews.one_approved") : t("reviews.none_approved")}
        </Notice>
      )}
      {of.isSample && (
        <Notice icon={Microscope} tone="accent" title={t("reviews.sample")}>
          {t("reviews.sample_lead")}
        </Notice>
      )}
    </>
  );
}

/** Field by field: what was opened, what it is now, what was typed. */
function Differences({ of, newer, draft }: { of: Case; newer: Case; draft: Draft }) {
  const now = new Map(newer.fields.map((each) => [each.name, each.value]));
  const changed = of.fields.filter((each) => now.get(each.name) !== each.value);
  if (changed.length === 0) return null;
  return (
    <ul class="mt-1 flex flex-col gap-0.5">
      {changed.slice(0, 8).map((each) => (
        <li key={each.name}>
          <span class="font-medium">{fieldName(each.name)}</span>: <del>{each.value || "–"}</del>{" "}
          <ins class="no-underline">{now.get(each.name) || "–"}</ins>
          {draft.edits[each.name] !== undefined &&
            ` · ${t("reviews.you_typed", { text: draft.edits[each.name] ?? "" })}`}
        </li>
      ))}
    </ul>
  );
}

function isPast(iso: string | null): boolean {
  return iso !== null && new Date(iso).getTime() < Date.now();
}
