import { Check, CornerUpLeft, X } from "lucide";
import type { RefObject } from "preact";
import { useState } from "preact/hooks";
import { t, tn } from "../../../lib/i18n";
import { Button } from "../../../ui/button";
import { Dialog } from "../../../ui/dialog";
import { TextArea } from "../../../ui/field";
import type { Word } from "../api";

/** What can be done with the case. The first button has the focus once nothing is left to look at. */
export function DecisionBar({
  approve,
  left,
  isWarned,
  isEmpty,
  changed,
  isBusy,
  isSample,
  isOver,
  isSecond,
  refusal,
  press,
  ask,
}: {
  approve: RefObject<HTMLButtonElement | null>;
  left: number;
  /** The next press approves whatever is left. */
  isWarned: boolean;
  /** Nothing was read that could be checked. */
  isEmpty: boolean;
  changed: number;
  isBusy: boolean;
  isSample: boolean;
  /** Nothing is left to decide. */
  isOver: boolean;
  isSecond: boolean;
  /** Why this person cannot approve it. */
  refusal: string | null;
  press: () => void;
  ask: (word: Word) => void;
}) {
  const word = isSample ? "reviews.keep_labels" : isSecond ? "reviews.approve_second" : "reviews.approve";
  return (
    <footer class="flex shrink-0 flex-col gap-2 border-line border-t bg-surface p-3 max-md:sticky max-md:bottom-14 max-md:z-20">
      <p role="status" class="flex min-h-4 items-center justify-between gap-2 text-ink-faint text-xs">
        <span class={left > 0 && isWarned ? "text-doubt" : ""}>
          {refusal ??
            (left > 0
              ? tn(isWarned ? "reviews.left_press" : "reviews.left", left)
              : isSample || isEmpty
                ? ""
                : t("reviews.all_seen"))}
        </span>
        <span>{changed > 0 && tn("reviews.changed", changed)}</span>
      </p>
      <div class="flex items-center gap-2">
        <Button
          ref={approve}
          look="primary"
          icon={Check}
          keys="mod+Enter"
          class="flex-1"
          isBusy={isBusy}
          disabled={refusal !== null}
          onClick={press}
          onKeyDown={(event) => event.repeat && event.key === "Enter" && event.preventDefault()}
        >
          {t(word)}
        </Button>
        {!isSample && (
          <>
            <Button
              icon={CornerUpLeft}
              disabled={isBusy || isOver}
              title={t("reviews.send_back")}
              onClick={() => ask("send_back")}
            >
              <span class="max-sm:sr-only">{t("reviews.send_back_short")}</span>
            </Button>
            <Button look="danger" icon={X} disabled={isBusy || isOver} onClick={() => ask("reject")}>
              <span class="max-sm:sr-only">{t("reviews.reject")}</span>
            </Button>
          </>
        )}
      </div>
    </footer>
  );
}

/** Why it is rejected, sent back, or approved against a finding. */
export function ReasonDialog({
  word,
  needsReason,
  close,
  decide,
}: {
  word: Word;
  /** It is not done without a reason. */
  needsReason: boolean;
  close: () => void;
  decide: (reason: string) => void;
}) {
  const [reason, setReason] = useState("");
  const submit = () => {
    if (needsReason && !reason.trim()) return;
    close();
    decide(reason.trim());
  };
  return (
    <Dialog
      title={t(`reviews.${word}_title`)}
      close={close}
      footer={
        <>
          <Button onClick={close}>{t("common.cancel")}</Button>
          <Button
            look={word === "reject" ? "danger" : "primary"}
            keys="mod+Enter"
            disabled={needsReason && !reason.trim()}
            onClick={submit}
          >
            {t(
              word === "approve"
                ? "reviews.approve"
                : word === "reject"
                  ? "reviews.reject"
                  : "reviews.send_back",
            )}
          </Button>
        </>
      }
    >
      <p class="mb-3 text-ink-soft text-sm">{t(`reviews.${word}_lead`)}</p>
      <TextArea
        label={t(needsReason ? "reviews.reason_label" : "reviews.reason_optional")}
        value={reason}
        maxLength={2000}
        rows={3}
        autofocus
        onText={setReason}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          submit();
        }}
      />
    </Dialog>
  );
}
