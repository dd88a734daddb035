import { Ban, Download, RotateCcw, Trash2 } from "lucide";
import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { t } from "../../../lib/i18n";
import { queries } from "../../../lib/query/client";
import { useAct } from "../../../lib/query/use";
import { Button, IconButton } from "../../../ui/button";
import { Confirm } from "../../../ui/confirm";
import { Menu } from "../../../ui/menu";
import { toast } from "../../../ui/toasts";
import { may } from "../../session/session";
import { cancelProcess, eraseProcess, hasResult, mayCancel, mayRetry, type Process } from "../api";
import { Retry } from "./retry";

const FORMATS = ["json", "csv", "xlsx", "html"] as const;

type Asks = "retry" | "cancel" | "erase" | null;

/** What can be done with a process as it stands. */
export function Actions({ process }: { process: Process }) {
  const [asks, setAsks] = useState<Asks>(null);
  const id = process.process_id;
  const close = () => setAsks(null);
  return (
    <>
      {hasResult(process.status) && (
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
