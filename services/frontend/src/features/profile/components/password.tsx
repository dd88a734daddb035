import { useState } from "preact/hooks";
import { t } from "../../../lib/i18n";
import { useAct } from "../../../lib/query/use";
import { Button } from "../../../ui/button";
import { TextField } from "../../../ui/field";
import { Card } from "../../../ui/page";
import { Trouble } from "../../../ui/states";
import { toast } from "../../../ui/toasts";
import { me, signIn } from "../../session/session";
import { changePassword } from "../api";

const EMPTY = { current_password: "", password: "" };

/** The change ends all sessions; this one is opened again with the new password, where no second factor asks. */
export function Password() {
  const [given, set] = useState(EMPTY);
  const act = useAct(changePassword, {
    done: (_, { password }) => {
      toast(t("profile.password_changed"));
      set(EMPTY);
      const email = me.peek()?.email;
      // Where a second factor asks, the next request shows the sign-in.
      if (email) void signIn({ email, password }).catch(() => location.reload());
    },
  });
  return (
    <Card title={t("profile.password")}>
      <form
        class="flex flex-col gap-4 p-4"
        onSubmit={(event) => {
          event.preventDefault();
          void act.run(given);
        }}
      >
        {act.problem && <Trouble problem={act.problem} compact />}
        <input type="hidden" name="username" autocomplete="username" value={me.value?.email ?? ""} />
        <TextField
          label={t("profile.current_password")}
          type="password"
          autocomplete="current-password"
          required
          value={given.current_password}
          onText={(current_password) => set({ ...given, current_password })}
        />
        <TextField
          label={t("signin.new_password")}
          hint={t("signin.password_hint")}
          type="password"
          autocomplete="new-password"
          required
          value={given.password}
          onText={(password) => set({ ...given, password })}
        />
        <div class="flex items-center justify-between gap-3">
          <p class="text-ink-faint text-xs">{t("profile.password_ends")}</p>
          <Button type="submit" isBusy={act.isRunning}>
            {t("profile.change_password")}
          </Button>
        </div>
      </form>
    </Card>
  );
}
