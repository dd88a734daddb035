import type { ComponentChildren } from "preact";
import type { Problem } from "../lib/api/problem";
import { t } from "../lib/i18n";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { Trouble } from "./states";

/** A form in a dialog: what was refused on top, its fields, and the act that sends it. */
export function FormDialog({
  title,
  act,
  isBusy,
  disabled,
  problem,
  submit,
  close,
  actions,
  wide,
  children,
}: {
  title: string;
  /** What the button says: the act itself. */
  act: string;
  isBusy: boolean;
  disabled?: boolean;
  problem: Problem | null;
  submit: () => void;
  close: () => void;
  /** More to do, left of the act. */
  actions?: ComponentChildren;
  wide?: boolean;
  children: ComponentChildren;
}) {
  return (
    <Dialog
      title={title}
      close={close}
      submit={submit}
      {...(wide ? { wide } : {})}
      footer={
        <>
          {actions}
          <Button onClick={close}>{t("common.cancel")}</Button>
          <Button type="submit" look="primary" isBusy={isBusy} disabled={disabled ?? false}>
            {act}
          </Button>
        </>
      }
    >
      <div class="flex flex-col gap-4">
        {problem && <Trouble problem={problem} compact />}
        {children}
      </div>
    </Dialog>
  );
}
