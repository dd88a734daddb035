import { GitCompare } from "lucide";
import { useState } from "preact/hooks";
import { t, tword } from "../../../lib/i18n";
import { pretty } from "../../../lib/json";
import { useList, useQuery } from "../../../lib/query/use";
import { Badge } from "../../../ui/badge";
import { Card } from "../../../ui/page";
import { Empty, Shown } from "../../../ui/states";
import { type Configuration, compareConfigurations, listConfigurations } from "../api";
import { CompareWith } from "./compare-with";

/** Every place in which this version differs from another one, with what stands there on either side. */
export function VersionDiff({ config }: { config: Configuration }) {
  const [against, setAgainst] = useState("");
  const list = useList<Configuration>({
    key: ["configurations", config.process_type_id],
    read: listConfigurations(config.process_type_id),
  });
  const others = list.rows.filter((each) => each.config_id !== config.config_id);
  const other = others.find((each) => each.config_id === against) ?? others[0];
  const diff = useQuery({
    key: ["configurations", "diff", config.config_id, config.revision, other?.config_id],
    read: (signal) => compareConfigurations(config.config_id, other?.config_id ?? "", signal),
    enabled: other !== undefined,
  });
  if (!other) return <Empty icon={GitCompare} title={t("setup.only_version")} />;
  return (
    <Card
      title={t("setup.differences")}
      actions={
        <CompareWith others={others} chosen={other} idOf={(each) => each.config_id} pick={setAgainst} />
      }
    >
      <Shown
        of={diff}
        rows={3}
        isEmpty={diff.data?.data.length === 0}
        empty={<p class="p-4 text-ink-soft text-sm">{t("code.same")}</p>}
      >
        <ul>
          {diff.data?.data.map((each) => (
            <li key={each.pointer} class="flex flex-col gap-2 border-line border-b p-4 last:border-0">
              <p class="flex flex-wrap items-center gap-2">
                <code class="break-all font-mono text-xs">{each.pointer}</code>
                <Badge>{tword("setup.words.change", each.kind)}</Badge>
              </p>
              <div class="grid gap-2 font-mono text-xs sm:grid-cols-2">
                <Side value={each.before} class="bg-bad-wash" label={t("setup.before")} />
                <Side value={each.after} class="bg-good-wash" label={t("setup.after")} />
              </div>
            </li>
          ))}
        </ul>
      </Shown>
    </Card>
  );
}

function Side({ value, label, class: extra }: { value: unknown; label: string; class: string }) {
  return (
    <div class={`min-w-0 rounded-lg p-2 ${extra}`}>
      <p class="mb-1 font-sans text-2xs text-ink-soft">{label}</p>
      <pre class="whitespace-pre-wrap break-all">{value == null ? "–" : pretty(value)}</pre>
    </div>
  );
}
