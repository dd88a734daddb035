import { useEffect, useState } from "preact/hooks";
import { t } from "../../../lib/i18n";
import { useAct } from "../../../lib/query/use";
import { Button } from "../../../ui/button";
import { Dialog } from "../../../ui/dialog";
import { TextField } from "../../../ui/field";
import { QrCode } from "../../../ui/qr-code";
import { Trouble } from "../../../ui/states";
import { beginFactor, confirmFactor } from "../api";

/** In a dialog; `replaces` a factor that is on, whose code is asked for too. */
export function SetUp({
  close,
  done,
  replaces = false,
}: {
  close: () => void;
  done: (codes: string[]) => void;
  replaces?: boolean;
}) {
  return (
    <Dialog stays title={t(replaces ? "profile.replace" : "profile.turn_on")} close={close}>
      <SetUpForm leave={{ title: t("common.cancel"), act: close }} done={done} replaces={replaces} />
    </Dialog>
  );
}

/** Password, then the secret as a picture and in letters, then a first code of the app. */
export function SetUpForm({
  leave,
  done,
  replaces = false,
  typed = null,
}: {
  leave: { title: string; act: () => void };
  done: (codes: string[]) => void;
  replaces?: boolean;
  /** The password, where the person has just typed it. */
  typed?: string | null;
}) {
  const [given, set] = useState({ password: "", code: "" });
  const [code, setCode] = useState("");
  const [begun, setBegun] = useState<{ secret: string; otpauth_uri: string } | null>(null);
  const begin = useAct(beginFactor, { done: setBegun });
  const confirm = useAct(confirmFactor, { done });
  const problem = begun ? confirm.problem : begin.problem;
  useEffect(() => {
    if (typed) void begin.run({ password: typed });
  }, []);
  return (
    <form
      class="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        void (begun ? confirm.run(code.trim()) : begin.run(replaces ? given : { password: given.password }));
      }}
    >
      {problem && <Trouble problem={problem} compact />}
      {begun ? (
        <Begun of={begun} code={code} setCode={setCode} />
      ) : (
        <>
          <TextField
            key="password"
            label={t("profile.current_password")}
            type="password"
            autocomplete="current-password"
            required
            autofocus
            value={given.password}
            onText={(password) => set({ ...given, password })}
          />
          {replaces && (
            <TextField
              label={t("signin.code")}
              hint={t("signin.code_hint")}
              autocomplete="one-time-code"
              required
              value={given.code}
              onText={(typedCode) => set({ ...given, code: typedCode.trim() })}
            />
          )}
        </>
      )}
      <div class="flex justify-end gap-2">
        <Button onClick={leave.act}>{leave.title}</Button>
        <Button type="submit" look="primary" isBusy={begin.isRunning || confirm.isRunning}>
          {t(begun ? "profile.confirm" : "profile.go_on")}
        </Button>
      </div>
    </form>
  );
}

function Begun({
  of,
  code,
  setCode,
}: {
  of: { secret: string; otpauth_uri: string };
  code: string;
  setCode: (code: string) => void;
}) {
  return (
    <>
      <p class="text-ink-soft text-sm">{t("profile.scan")}</p>
      <div class="flex justify-center">
        <QrCode text={of.otpauth_uri} label={t("profile.qr")} />
      </div>
      <p class="text-center text-ink-soft text-xs">
        {t("profile.or_type")}
        <code class="mt-1 block break-all font-mono text-ink text-sm">{grouped(of.secret)}</code>
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
  );
}

function grouped(secret: string): string {
  return secret.replace(/(.{4})(?=.)/g, "$1 ");
}
