import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { api } from "../../../lib/api/client";
import { t } from "../../../lib/i18n";
import { useAct } from "../../../lib/query/use";
import { Button, LinkButton } from "../../../ui/button";
import { TextField } from "../../../ui/field";
import { Loading, Trouble } from "../../../ui/states";
import { Gate } from "./gate";

/** The one-time token of a letter's link; it stands behind the `#`, which no server is sent. */
function letterToken(): string {
  // A link that lost its token is answered like one that is used up.
  return new URLSearchParams(location.hash.slice(1)).get("token") || "none";
}

function ToSignIn() {
  return (
    <LinkButton look="primary" href="/">
      {t("signin.back")}
    </LinkButton>
  );
}

export function Forgot() {
  const [email, setEmail] = useState("");
  const [isSent, setSent] = useState(false);
  const act = useAct(() => api.POST("/v1/auth/password/forgot", { body: { email } }), {
    done: () => setSent(true),
  });
  return (
    <Gate title={t("signin.forgot_title")} lead={t(isSent ? "signin.forgot_sent" : "signin.forgot_lead")}>
      {isSent ? (
        <div class="flex justify-center">
          <ToSignIn />
        </div>
      ) : (
        <Ask act={act} label={t("signin.forgot_submit")}>
          <TextField
            label={t("signin.email")}
            type="email"
            required
            autofocus
            value={email}
            onText={setEmail}
          />
        </Ask>
      )}
    </Gate>
  );
}

/** A new password for a letter's token: after a reset, or as the first one of an invitation. */
export function ChoosePassword({ of }: { of: "reset" | "invitation" }) {
  const [token] = useState(letterToken);
  const [password, setPassword] = useState("");
  const [isDone, setDone] = useState(false);
  const send = () =>
    of === "reset"
      ? api.POST("/v1/auth/password/reset", { body: { token, password } })
      : api.POST("/v1/invitations/accept", { body: { token, password } });
  const act = useAct<void, unknown>(send, { done: () => setDone(true) });
  const title = t(of === "reset" ? "signin.reset_title" : "signin.invite_title");
  if (isDone) {
    return (
      <Gate title={title} lead={t("signin.password_set")}>
        <div class="flex justify-center">
          <ToSignIn />
        </div>
      </Gate>
    );
  }
  return (
    <Gate title={title} lead={t("signin.password_hint")}>
      <Ask act={act} label={t("signin.set_password")}>
        <TextField
          label={t("signin.new_password")}
          type="password"
          autocomplete="new-password"
          required
          autofocus
          value={password}
          onText={setPassword}
        />
      </Ask>
    </Gate>
  );
}

/** One question, the button that sends its answer, and what was wrong with it. */
function Ask({
  act,
  label,
  children,
}: {
  act: ReturnType<typeof useAct<void, unknown>>;
  label: string;
  children: ComponentChildren;
}) {
  return (
    <form
      class="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        void act.run();
      }}
    >
      {act.problem && <Trouble problem={act.problem} compact />}
      {children}
      <Button type="submit" look="primary" isBusy={act.isRunning}>
        {label}
      </Button>
    </form>
  );
}

export function VerifyAddress() {
  const [token] = useState(letterToken);
  const [isDone, setDone] = useState(false);
  const act = useAct(() => api.POST("/v1/auth/email/verify", { body: { token } }), {
    done: () => setDone(true),
  });
  useEffect(() => void act.run(), []);
  return (
    <Gate title={t("signin.verify_title")} {...(isDone ? { lead: t("signin.verified") } : {})}>
      {act.problem && <Trouble problem={act.problem} compact />}
      {act.isRunning && <Loading rows={1} />}
      {(isDone || act.problem) && (
        <div class="mt-4 flex justify-center">
          <ToSignIn />
        </div>
      )}
    </Gate>
  );
}
