import { useState } from "preact/hooks";
import { t } from "../../../../lib/i18n";
import { useAct } from "../../../../lib/query/use";
import { Select } from "../../../../ui/field";
import { FormDialog } from "../../../../ui/form-dialog";
import { SecretDialog } from "./endpoint-form";

const OVERLAPS_S = { now: 0, hour: 3_600, day: 86_400, week: 604_800 } as const;

/** A new secret; for a while messages are signed with the old one, too. */
export function Rotate({
  label,
  rotate,
  close,
}: {
  label: string;
  rotate: (overlap_s: number) => Promise<{ secret?: string | null }>;
  close: () => void;
}) {
  const [overlap, setOverlap] = useState<keyof typeof OVERLAPS_S>("day");
  const [secret, setSecret] = useState<string | null>(null);
  const act = useAct(rotate, {
    invalidates: [["webhook-endpoints"]],
    done: (made) => (made.secret ? setSecret(made.secret) : close()),
  });
  if (secret)
    return <SecretDialog title={t("webhooks.rotated")} label={label} secret={secret} close={close} />;
  return (
    <FormDialog
      title={t("webhooks.rotate")}
      act={t("webhooks.rotate")}
      isBusy={act.isRunning}
      problem={act.problem}
      submit={() => void act.run(OVERLAPS_S[overlap])}
      close={close}
    >
      <p class="text-ink-soft text-sm">{t("webhooks.rotate_lead")}</p>
      <Select
        label={t("webhooks.overlap")}
        value={overlap}
        options={(["now", "hour", "day", "week"] as const).map((value) => ({
          value,
          label: t(`webhooks.overlaps.${value}`),
        }))}
        onPick={(picked) => setOverlap(picked as keyof typeof OVERLAPS_S)}
      />
    </FormDialog>
  );
}
