import { Ban, FileSpreadsheet, RotateCcw, X } from "lucide";
import { useState } from "preact/hooks";
import { problemOf } from "../../../lib/api/problem";
import { onAll } from "../../../lib/bulk";
import { saveFile } from "../../../lib/csv";
import { t, tn, tword } from "../../../lib/i18n";
import { Button, IconButton } from "../../../ui/button";
import { Confirm } from "../../../ui/confirm";
import { toast } from "../../../ui/toasts";
import { may } from "../../session/session";
import {
  cancelProcess,
  exportResults,
  hasResult,
  mayCancel,
  mayRetry,
  type Process,
  retryProcess,
} from "../api";

/** As many as the API takes at once. */
const MOST_EXPORTED = 200;

/** What can be done with all marked rows; an act counts the rows that allow it. */
export function BulkBar({ rows, done }: { rows: readonly Process[]; done: () => void }) {
  const [isBusy, setBusy] = useState(false);
  const [asks, setAsks] = useState(false);
  const open = rows.filter((row) => mayCancel(row.status)).map((row) => row.process_id);
  const ended = rows.filter((row) => mayRetry(row.status)).map((row) => row.process_id);
  const read = rows.filter((row) => hasResult(row.status)).map((row) => row.process_id);
  const save = async () => {
    setBusy(true);
    try {
      saveFile("results.xlsx", await exportResults(read));
    } catch (error) {
      toast(tword("problems", problemOf(error).code), { isBad: true });
    }
    setBusy(false);
  };
  const run = async (ids: string[], act: (id: string) => Promise<unknown>) => {
    setBusy(true);
    const result = await onAll(ids, act);
    setBusy(false);
    setAsks(false);
    const refused = [...result.refused].map(([code, count]) => `${count} × ${tword("problems", code)}`);
    toast([tn("processes.bulk_done", result.done), ...refused].join(" · "), { isBad: refused.length > 0 });
    done();
  };
  return (
    <div
      role="toolbar"
      aria-label={tn("processes.marked", rows.length)}
      class="fixed inset-x-4 bottom-20 z-30 mx-auto flex w-fit max-w-full flex-wrap items-center gap-2 rounded-xl border border-line bg-surface px-3 py-2 shadow-pop md:bottom-6"
    >
      <span class="numbers pr-1 text-sm">{tn("processes.marked", rows.length)}</span>
      <Button
        small
        icon={FileSpreadsheet}
        disabled={read.length === 0 || read.length > MOST_EXPORTED}
        isBusy={isBusy}
        onClick={() => void save()}
      >
        {t("processes.export")} ({read.length})
      </Button>
      {may("operator") && (
        <>
          <Button
            small
            icon={RotateCcw}
            disabled={ended.length === 0}
            isBusy={isBusy}
            onClick={() => void run(ended, retryProcess)}
          >
            {t("processes.retry")} ({ended.length})
          </Button>
          <Button
            small
            look="danger"
            icon={Ban}
            disabled={open.length === 0}
            isBusy={isBusy}
            onClick={() => setAsks(true)}
          >
            {t("processes.cancel")} ({open.length})
          </Button>
        </>
      )}
      <IconButton icon={X} label={t("common.close")} onClick={done} />
      {asks && (
        <Confirm
          title={tn("processes.cancel_many", open.length)}
          act={t("processes.cancel")}
          isBusy={isBusy}
          problem={null}
          run={() => void run(open, cancelProcess)}
          close={() => setAsks(false)}
        >
          {t("processes.cancel_hint")}
        </Confirm>
      )}
    </div>
  );
}
