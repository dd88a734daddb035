import { LogOut } from "lucide";
import { LOCALES, type Locale, locale, setLocale, t } from "../../../lib/i18n";
import { useAct } from "../../../lib/query/use";
import { chooseTheme, type Theme, theme } from "../../../lib/theme";
import { Button } from "../../../ui/button";
import { Select } from "../../../ui/field";
import { Card, Page } from "../../../ui/page";
import { Trouble } from "../../../ui/states";
import { may, me, signOut } from "../../session/session";
import { writeLettersIn } from "../api";
import { NotificationPreferences } from "./notification-preferences";
import { Password } from "./password";
import { SecondFactor } from "./second-factor";
import { Sessions } from "./sessions";

/** What belongs to the person who is signed in. */
export function Profile() {
  const who = me.value;
  const of = [who?.role && t(`role.${who.role as "admin"}`), who?.client?.name].filter(Boolean).join(" · ");
  return (
    <Page
      title={who?.email ?? t("nav.profile")}
      lead={of}
      actions={
        <Button icon={LogOut} onClick={() => void signOut()}>
          {t("nav.signout")}
        </Button>
      }
    >
      <div class="grid items-start gap-4 lg:grid-cols-2">
        <div class="flex min-w-0 flex-col gap-4">
          <SecondFactor />
          <Password />
          <Sessions />
        </div>
        <div class="flex min-w-0 flex-col gap-4">
          <Appearance />
          {may("viewer") && <NotificationPreferences />}
        </div>
      </div>
    </Page>
  );
}

function Appearance() {
  const letters = useAct(writeLettersIn);
  const speak = async (picked: Locale) => {
    await setLocale(picked);
    if (may("viewer")) await letters.run(picked);
  };
  return (
    <Card title={t("profile.appearance")}>
      <div class="grid gap-4 p-4 sm:grid-cols-2">
        {letters.problem && <Trouble problem={letters.problem} compact />}
        <Select
          label={t("profile.language")}
          value={locale.value}
          options={Object.entries(LOCALES).map(([value, label]) => ({ value, label }))}
          onPick={(picked) => void speak(picked as Locale)}
        />
        <Select
          label={t("profile.theme")}
          value={theme.value}
          options={(["system", "light", "dark"] as const).map((value) => ({
            value,
            label: t(`profile.themes.${value}`),
          }))}
          onPick={(picked) => chooseTheme(picked as Theme)}
        />
      </div>
    </Card>
  );
}
