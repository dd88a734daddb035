import { ShieldCheck } from "lucide";
import { useState } from "preact/hooks";
import { t, tn } from "../../../lib/i18n";
import { queries } from "../../../lib/query/client";
import { useAct, useQuery } from "../../../lib/query/use";
import { Badge } from "../../../ui/badge";
import { Button } from "../../../ui/button";
import { Dialog } from "../../../ui/dialog";
import { TextField } from "../../../ui/field";
import { Card } from "../../../ui/page";
import { Shown, Trouble } from "../../../ui/states";
import { toast } from "../../../ui/toasts";
import { endFactor, getFactor, type Proof, renewCodes } from "../api";
import { RecoveryCodes } from "./recovery-codes";
import { SetUp } from "./set-up";

const KEY = ["mfa"];

export function SecondFactor() {
  const asked = useQuery({ key: KEY, read: getFactor });
  const [open, setOpen] = useState<"set-up" | "replace" | "codes" | "end" | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const close = () => {
    setOpen(null);
    void queries.invalidateQueries({ queryKey: KEY });
    void queries.invalidateQueries({ queryKey: ["sessions"] });
  };
  const show = (made: string[]) => {
    setCodes(made);
    close();
  };
  const state = asked.data;
  return (
    <Card
      title={t("profile.factor")}
      actions={
        state && (
          <Badge tone={state.enabled ? "good" : "plain"}>
            {t(state.enabled ? "profile.on" : "profile.off")}
          </Badge>
        )
      }
    >
      <Shown of={asked} rows={2}>
        {state && (
          <div class="flex flex-col gap-3 p-4 text-sm">
            <p class="text-ink-soft">{t(state.enabled ? "profile.factor_on" : "profile.factor_off")}</p>
            {state.enabled ? (
              <>
                <p class={state.recovery_codes_left < 3 ? "text-doubt" : "text-ink-soft"}>
                  {tn("profile.codes_left", state.recovery_codes_left)}
                </p>
                {state.required && <p class="text-ink-soft">{t("profile.required")}</p>}
                <div class="flex flex-wrap gap-2">
                  <Button onClick={() => setOpen("codes")}>{t("profile.new_codes")}</Button>
                  <Button onClick={() => setOpen("replace")}>{t("profile.replace")}</Button>
                  {!state.required && (
                    <Button look="danger" onClick={() => setOpen("end")}>
                      {t("profile.turn_off")}
                    </Button>
                  )}
                </div>
              </>
            ) : (
              <div>
                <Button look="primary" icon={ShieldCheck} onClick={() => setOpen("set-up")}>
                  {t("profile.turn_on")}
                </Button>
              </div>
            )}
          </div>
        )}
      </Shown>
      {open === "set-up" && <SetUp close={close} done={show} />}
      {open === "replace" && <SetUp close={close} done={show} replaces />}
      {open === "codes" && (
        <Prove title={t("profile.new_codes")} act={renewCodes} done={show} close={close} />
      )}
      {open === "end" && (
        <Prove
          title={t("profile.turn_off")}
          act={endFactor}
          done={() => {
            toast(t("profile.turned_off"));
            close();
          }}
          close={close}
        />
      )}
      {codes && <RecoveryCodes codes={codes} close={() => setCodes(null)} />}
    </Card>
  );
}

/** Asks for the password and a code before what weakens the account. */
function Prove<T>({
  title,
  act,
  done,
  close,
}: {
  title: string;
  act: (proof: Proof) => Promise<T>;
  done: (made: T) => void;
  close: () => void;
}) {
  const [given, set] = useState<Proof>({ password: "", code: "" });
  const run = useAct(act, { done });
  return (
    <Dialog title={title} close={close}>
      <form
        class="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void run.run(given);
        }}
      >
        {run.problem && <Trouble problem={run.problem} compact />}
        <TextField
          label={t("signin.password")}
          type="password"
          autocomplete="current-password"
          required
          autofocus
          value={given.password}
          onText={(password) => set({ ...given, password })}
        />
        <TextField
          label={t("signin.code")}
          hint={t("signin.code_hint")}
          autocomplete="one-time-code"
          required
          value={given.code}
          onText={(code) => set({ ...given, code: code.trim() })}
        />
        <div class="flex justify-end gap-2">
          <Button onClick={close}>{t("common.cancel")}</Button>
          <Button type="submit" look="primary" isBusy={run.isRunning}>
            {title}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
