import { useState } from "preact/hooks";
import { t } from "../../../lib/i18n";
import { useAct } from "../../../lib/query/use";
import { Button } from "../../../ui/button";
import { Dialog } from "../../../ui/dialog";
import { Select } from "../../../ui/field";
import { Trouble } from "../../../ui/states";
import { type Process, retryProcess, STAGES, type Stage } from "../api";

/** Goes on with a failed or cancelled process; `from` is the stage that is offered first. */
export function Retry({ process, from, close }: { process: Process; from?: Stage; close: () => void }) {
  const id = process.process_id;
  const [stage, setStage] = useState<Stage | "">(from ?? "");
  const act = useAct(() => retryProcess(id, stage || undefined), {
    invalidates: [["process", id]],
    done: close,
  });
  const reached = STAGES.slice(0, STAGES.indexOf(process.current_stage as Stage) + 1);
  return (
    <Dialog
      title={t("processes.retry")}
      close={close}
      footer={
        <>
          <Button onClick={close}>{t("common.cancel")}</Button>
          <Button look="primary" isBusy={act.isRunning} onClick={() => void act.run()}>
            {t("processes.retry")}
          </Button>
        </>
      }
    >
      <div class="flex flex-col gap-3">
        {act.problem && <Trouble problem={act.problem} compact />}
        <Select
          label={t("processes.from_stage")}
          hint={t("processes.from_stage_hint")}
          value={stage}
          options={[
            { value: "", label: t("processes.where_it_stopped") },
            ...reached.map((each) => ({ value: each, label: t(`stage.${each}`) })),
          ]}
          onPick={(picked) => setStage(picked as Stage | "")}
        />
      </div>
    </Dialog>
  );
}
