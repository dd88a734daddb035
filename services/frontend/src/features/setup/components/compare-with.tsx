import { t, tword } from "../../../lib/i18n";
import { Select } from "../../../ui/field";

interface Version {
  version: number;
  state: string;
}

/** Chooses the version that another one is held against. */
export function CompareWith<V extends Version>({
  others,
  chosen,
  idOf,
  pick,
}: {
  others: readonly V[];
  chosen: V;
  idOf: (version: V) => string;
  pick: (id: string) => void;
}) {
  return (
    <Select
      bare
      label={t("setup.compare_with")}
      value={idOf(chosen)}
      options={others.map((each) => ({
        value: idOf(each),
        label: `${t("setup.version_n", { version: each.version })} · ${tword("setup.words.lifecycle", each.state)}`,
      }))}
      onPick={pick}
    />
  );
}
