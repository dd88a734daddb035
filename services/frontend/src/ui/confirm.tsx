import type { ComponentChildren } from "preact";
import type { Problem } from "../lib/api/problem";
import { t } from "../lib/i18n";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { Trouble } from "./states";

/** Asks before what cannot be undone. */
export function Confirm({
  title,
  act,
  isBusy,
  problem,
  run,
  close,
  children,
}: {
  title: string;
  /** What the button says: the act itself, never "OK". */
  act: string;
  isBusy: boolean;
  problem: Problem | null;
  run: () => void;
  close: () => void;
  children: ComponentChildren;
}) {
  return (
    <Dialog
      title={title}
      close={close}
      footer={
        <>
          <Button onClick={close}>{t("common.cancel")}</Button>
          <Button look="danger" isBusy={isBusy} onClick={run}>
            {act}
          </Button>
        </>
      }
    >
      {problem && <Trouble problem={problem} compact />}
      <div class="text-ink-soft text-sm">{children}</div>
    </Dialog>
  );
}
