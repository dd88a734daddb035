import { t, tword } from "../../../../lib/i18n";
import { Select, TextField } from "../../../../ui/field";
import type { Destination, Kind } from "../../alerting";

const KINDS: readonly Kind[] = ["email", "slack", "teams", "telegram", "sms", "mattermost", "discord"];

/** Where a channel leads. `kept` is how its sealed target is shown, which stays where nothing is typed. */
export function DestinationFields({
  given,
  change,
  kept,
}: {
  given: Destination;
  change: (part: Partial<Destination>) => void;
  kept?: string;
}) {
  const isNew = kept === undefined;
  return (
    <>
      {isNew && (
        <Select
          label={t("notifications.kind_one")}
          autofocus
          value={given.kind}
          options={KINDS.map((value) => ({ value, label: tword("notifications.kind", value) }))}
          onPick={(kind) => change({ kind: kind as Kind })}
        />
      )}
      <TextField
        label={t("setup.name")}
        required
        maxLength={100}
        placeholder={t("notifications.name_hint")}
        value={given.name}
        onText={(name) => change({ name })}
      />
      <TextField
        label={t("notifications.target")}
        hint={
          <>
            {tword("notifications.target_of", given.kind)}
            {!isNew && ` ${t("notifications.target_kept", { target: kept })}`}
          </>
        }
        required={isNew}
        type={given.kind === "email" ? "email" : "text"}
        autocomplete="off"
        spellcheck={false}
        value={given.target}
        onText={(target) => change({ target })}
      />
    </>
  );
}
