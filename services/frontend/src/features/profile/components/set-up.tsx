import { useState } from "preact/hooks";
import { t } from "../../../lib/i18n";
import { useAct } from "../../../lib/query/use";
import { Button } from "../../../ui/button";
import { Dialog } from "../../../ui/dialog";
import { TextField } from "../../../ui/field";
import { QrCode } from "../../../ui/qr-code";
import { Trouble } from "../../../ui/states";
import { beginFactor, confirmFactor } from "../api";

/** Password, then the secret as a picture and in letters, then a first code of the app. */
export function SetUp({ close, done }: { close: () => void; done: (codes: string[]) => void }) {
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [begun, setBegun] = useState<{ secret: string; otpauth_uri: string } | null>(null);
  const begin = useAct(beginFactor, { done: setBegun });
  const confirm = useAct(confirmFactor, { done });
  const problem = begun ? confirm.problem : begin.problem;
  return (
    <Dialog title={t("profile.turn_on")} close={close}>
      <form
        class="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void (begun ? confirm.run(code.trim()) : begin.run(password));
        }}
      >
        {problem && <Trouble problem={problem} compact />}
        {begun ? (
          <>
            <p class="text-ink-soft text-sm">{t("profile.scan")}</p>
            <div class="flex justify-center">
              <QrCode text={begun.otpauth_uri} label={t("profile.qr")} />
            </div>
            <p class="text-center text-ink-soft text-xs">
              {t("profile.or_type")}
              <code class="mt-1 block break-all font-mono text-ink text-sm">{grouped(begun.secret)}</code>
            </p>
            <TextField
              key="code"
              label={t("profile.first_code")}
              autocomplete="one-time-code"
              inputMode="numeric"
              required
              autofocus
              maxLength={10}
              value={code}
              onText={setCode}
            />
          </>
        ) : (
          <TextField
            key="password"
            label={t("profile.current_password")}
            type="password"
            autocomplete="current-password"
            required
            autofocus
            value={password}
            onText={setPassword}
          />
        )}
        <div class="flex justify-end gap-2">
          <Button onClick={close}>{t("common.cancel")}</Button>
          <Button type="submit" look="primary" isBusy={begin.isRunning || confirm.isRunning}>
            {t(begun ? "profile.confirm" : "profile.go_on")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function grouped(secret: string): string {
  return secret.replace(/(.{4})(?=.)/g, "$1 ");
}
