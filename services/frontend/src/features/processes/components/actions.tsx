import { Ban, Download, RotateCcw, Trash2 } from "lucide";
import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { t } from "../../../lib/i18n";
import { queries } from "../../../lib/query/client";
import { useAct } from "../../../lib/query/use";
import { Button, IconButton } from "../../../ui/button";
import { Confirm } from "../../../ui/confirm";
import { Dialog } from "../../../ui/dialog";
import { Select } from "../../../ui/field";
import { Menu } from "../../../ui/menu";
import { Trouble } from "../../../ui/states";
import { toast } from "../../../ui/toasts";
import { may } from "../../session/session";
import {
  cancelProcess,
  eraseProcess,
  mayCancel,
  mayRetry,
  type Process,
  retryProcess,
  type Stage,
} from "../api";

const FORMATS = ["json", "csv", "xlsx", "html"] as const;
const STAGES: readonly Stage[] = ["INGEST", "INTELLIGENT_OCR", "INTELLIGENT_PROCESS", "OUTPUT"];

type Asks = "retry" | "cancel" | "erase" | null;

/** What can be done with a process as it stands. */
export function Actions({ process }: { process: Process }) {
  const [asks, setAsks] = useState<Asks>(null);
  const id = process.process_id;
  const close = () => setAsks(null);
  const hasResult = process.status === "completed" || process.status === "hitl_review";
  return (
    <>
      {hasResult && (
        <Menu
          label={t("processes.download")}
          icon={Download}
          items={FORMATS.map((format) => ({
            label: t(`processes.formats.${format}`),
            href: `/v1/processes/${id}/result?format=${format}`,
            download: format !== "html",
          }))}
        />
      )}
      {may("operator") && mayRetry(process.status) && (
        <Button icon={RotateCcw} onClick={() => setAsks("retry")}>
          {t("processes.retry")}
        </Button>
      )}
      {may("operator") && mayCancel(process.status) && (
        <Button icon={Ban} onClick={() => setAsks("cancel")}>
          {t("processes.cancel")}
        </Button>
      )}
      {may("operator") && (
        <IconButton
          icon={Trash2}
          label={t("processes.erase")}
          class="hover:text-bad"
          onClick={() => setAsks("erase")}
        />
      )}
      {asks === "retry" && <Retry process={process} close={close} />}
      {asks === "cancel" && <Cancel id={id} close={close} />}
      {asks === "erase" && <Erase id={id} close={close} />}
    </>
  );
}

function Retry({ process, close }: { process: Process; close: () => void }) {
  const id = process.process_id;
  const [stage, setStage] = useState<Stage | "">("");
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

function Cancel({ id, close }: { id: string; close: () => void }) {
  const act = useAct(() => cancelProcess(id), { invalidates: [["process", id]], done: close });
  return (
    <Confirm
      title={t("processes.cancel_one")}
      act={t("processes.cancel")}
      isBusy={act.isRunning}
      problem={act.problem}
      run={() => void act.run()}
      close={close}
    >
      {t("processes.cancel_hint")}
    </Confirm>
  );
}

function Erase({ id, close }: { id: string; close: () => void }) {
  const { route } = useLocation();
  const act = useAct(() => eraseProcess(id), {
    done: () => {
      toast(t("processes.erased"));
      route("/processes");
      queries.removeQueries({ queryKey: ["process", id] });
    },
  });
  return (
    <Confirm
      title={t("processes.erase_one")}
      act={t("processes.erase")}
      isBusy={act.isRunning}
      problem={act.problem}
      run={() => void act.run()}
      close={close}
    >
      {t("processes.erase_hint")}
    </Confirm>
  );
}
