import { useState } from "preact/hooks";
import { t, tn } from "../../../lib/i18n";
import { useAct, useQuery } from "../../../lib/query/use";
import { Button } from "../../../ui/button";
import { Select } from "../../../ui/field";
import { Card } from "../../../ui/page";
import { Shown, Trouble } from "../../../ui/states";
import { toast } from "../../../ui/toasts";
import { type FactorRule, type RequiredOf, readFactorRule, requireFactor } from "../api";
import { AdminFrame } from "./frame";

const KEY = ["second-factor-rule"];
const AS_THE_PLATFORM = "platform";
const RULES: RequiredOf[] = ["off", "admins", "everyone"];

/** What signing in asks of the client's people. */
export function SecurityPage() {
  const found = useQuery<FactorRule>({ key: KEY, read: readFactorRule });
  return (
    <AdminFrame>
      <Shown of={found} rows={2}>
        {found.data && <Required key={found.data.required_of} now={found.data} />}
      </Shown>
    </AdminFrame>
  );
}

function Required({ now }: { now: FactorRule }) {
  const before = now.required_of ?? AS_THE_PLATFORM;
  const [picked, pick] = useState<string>(before);
  const act = useAct(requireFactor, { invalidates: [KEY], done: () => toast(t("setup.saved")) });
  const options = [
    ...RULES.map((rule) => ({ value: rule as string, label: t(`security.${rule}`) })),
    { value: AS_THE_PLATFORM, label: t("security.platform") },
  ];
  return (
    <Card title={t("profile.factor")}>
      <form
        class="flex flex-col gap-4 p-4"
        onSubmit={(event) => {
          event.preventDefault();
          void act.run(picked === AS_THE_PLATFORM ? null : (picked as RequiredOf));
        }}
      >
        {act.problem && <Trouble problem={act.problem} compact />}
        <div class="text-sm">
          <p class="font-medium">{t(`security.now_${now.in_force}`)}</p>
          <p class="text-ink-soft">
            {tn("security.without", now.everyone_without)} {tn("security.admins", now.admins_without)}
          </p>
        </div>
        <Select
          label={t("security.required")}
          hint={t("security.hint")}
          class="max-w-80"
          value={picked}
          options={options}
          onPick={pick}
        />
        <div>
          <Button type="submit" look="primary" disabled={picked === before} isBusy={act.isRunning}>
            {t("common.save")}
          </Button>
        </div>
      </form>
    </Card>
  );
}
