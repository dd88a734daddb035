import { useState } from "preact/hooks";
import { locale, t, tword } from "../../../lib/i18n";
import { useAct, useQuery } from "../../../lib/query/use";
import { spans } from "../../../lib/spans";
import { Button } from "../../../ui/button";
import { Select } from "../../../ui/field";
import { Card } from "../../../ui/page";
import { Shown, Trouble } from "../../../ui/states";
import { toast } from "../../../ui/toasts";
import { type Preferences, readPreferences, setPreferences, type Told } from "../api";

const KEY = ["notification-preferences"];
const WINDOWS_S = [0, 60, 300, 900, 3_600, 14_400, 86_400];

/** What the person is told in the portal and by letter. */
export function NotificationPreferences() {
  const asked = useQuery<Preferences>({ key: KEY, read: readPreferences });
  return (
    <Card title={t("notifications.preferences")}>
      <Shown of={asked} rows={4}>
        {asked.data && <Choice key={JSON.stringify(asked.data)} kept={asked.data} />}
      </Shown>
    </Card>
  );
}

function Choice({ kept }: { kept: Preferences }) {
  const [chosen, set] = useState({ in_app: kept.in_app, email: kept.email });
  const [window, setWindow] = useState(kept.email_window_s);
  const act = useAct(setPreferences, {
    invalidates: [KEY, ["notifications"]],
    done: () => toast(t("setup.saved")),
  });
  const toggle = (way: "in_app" | "email", type: string, wanted: boolean) =>
    set({
      ...chosen,
      [way]: kept.available.filter((each) => (each === type ? wanted : chosen[way].includes(each))),
    });
  return (
    <form
      class="flex flex-col gap-4 p-4"
      onSubmit={(event) => {
        event.preventDefault();
        void act.run({
          in_app: chosen.in_app as Told[],
          email: chosen.email as Told[],
          email_window_s: window,
          language: locale.value,
        });
      }}
    >
      {act.problem && <Trouble problem={act.problem} compact />}
      <table class="w-full text-sm">
        <caption class="sr-only">{t("notifications.preferences")}</caption>
        <thead>
          <tr class="text-ink-faint text-xs">
            <th scope="col" class="pb-2 text-left font-medium">
              {t("notifications.about")}
            </th>
            <th scope="col" class="w-20 pb-2 font-medium">
              {t("notifications.in_app")}
            </th>
            <th scope="col" class="w-20 pb-2 font-medium">
              {t("notifications.by_mail")}
            </th>
          </tr>
        </thead>
        <tbody>
          {kept.available.map((type) => (
            <tr key={type} class="border-line border-t">
              <th scope="row" class="py-2 text-left font-normal">
                {tword("notifications.type", type)}
              </th>
              {(["in_app", "email"] as const).map((way) => (
                <td key={way} class="text-center">
                  <label class="inline-block p-1 align-middle">
                    <input
                      type="checkbox"
                      class="block size-4 accent-accent"
                      aria-label={`${tword("notifications.type", type)}: ${t(way === "in_app" ? "notifications.in_app" : "notifications.by_mail")}`}
                      checked={chosen[way].includes(type)}
                      onChange={(event) => toggle(way, type, event.currentTarget.checked)}
                    />
                  </label>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <Select
        label={t("notifications.together")}
        hint={t("notifications.together_hint")}
        value={String(window)}
        options={spans(WINDOWS_S, window)}
        onPick={(picked) => setWindow(Number(picked))}
      />
      <div>
        <Button type="submit" look="primary" isBusy={act.isRunning}>
          {t("common.save")}
        </Button>
      </div>
    </form>
  );
}
