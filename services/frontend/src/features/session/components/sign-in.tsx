import { useState } from "preact/hooks";
import { t } from "../../../lib/i18n";
import { useAct } from "../../../lib/query/use";
import { Button } from "../../../ui/button";
import { TextField } from "../../../ui/field";
import { Trouble } from "../../../ui/states";
import { type Credentials, signIn } from "../session";
import { Gate } from "./gate";

/** Address and password, then the second factor where the account has one. */
export function SignIn() {
  const [needsCode, setNeedsCode] = useState(false);
  const act = useAct((credentials: Credentials) => signIn(credentials));
  const wantsCode = needsCode || act.problem?.code === "mfa_required";

  // What stands in the fields when it is sent: whoever fills them for the person may tell no key of it.
  const submit = async (event: SubmitEvent & { currentTarget: HTMLFormElement }) => {
    event.preventDefault();
    if (wantsCode) setNeedsCode(true);
    const given = new FormData(event.currentTarget);
    const read = (name: string) => String(given.get(name) ?? "");
    const code = read("code").trim();
    // Apps show the digits in groups.
    const digits = code.replace(/\s/g, "");
    const factor = /^\d{6}$/.test(digits) ? { totp: digits } : { recovery_code: code };
    await act.run({
      email: read("email").trim(),
      password: read("password"),
      ...(wantsCode && code ? factor : {}),
    });
  };

  return (
    <Gate title={t("signin.title")} lead={t("signin.lead")}>
      <form class="flex flex-col gap-4" onSubmit={submit}>
        {act.problem && act.problem.code !== "mfa_required" && <Trouble problem={act.problem} compact />}
        <TextField
          label={t("signin.email")}
          type="email"
          name="email"
          autocomplete="username"
          required
          autofocus
        />
        <TextField
          label={t("signin.password")}
          type="password"
          name="password"
          autocomplete="current-password"
          required
        />
        {wantsCode && (
          <TextField
            label={t("signin.code")}
            hint={t("signin.code_hint")}
            name="code"
            autocomplete="one-time-code"
            inputMode="numeric"
            required
            autofocus
          />
        )}
        <Button type="submit" look="primary" isBusy={act.isRunning}>
          {t("signin.submit")}
        </Button>
        <a href="/forgot" class="py-0.5 text-center text-ink-soft text-sm underline-offset-4 hover:underline">
          {t("signin.forgot")}
        </a>
      </form>
    </Gate>
  );
}
