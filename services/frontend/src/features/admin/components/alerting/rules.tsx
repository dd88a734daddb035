import { BellRing, Pencil, Plus } from "lucide";
import { useState } from "preact/hooks";
import { ago, duration } from "../../../../lib/format";
import { t, tword } from "../../../../lib/i18n";
import { useList } from "../../../../lib/query/use";
import { Badge, type Tone } from "../../../../ui/badge";
import { Button, IconButton } from "../../../../ui/button";
import { Listed } from "../../../../ui/listed";
import type { Column } from "../../../../ui/table";
import type { Rule, RuleBook } from "../../alerting";
import { measured, sourceOf } from "../../measures";
import { RuleForm } from "./rule-form";

const TONES: Record<string, Tone> = {
  info: "accent",
  warning: "doubt",
  error: "bad",
  critical: "bad",
};

/** When measures are beyond a threshold, people are told. */
export function Rules({ of }: { of: RuleBook }) {
  const [open, setOpen] = useState<Rule | "new" | null>(null);
  const rules = useList<Rule>({ key: [of.key], read: of.list, everyMs: 60_000 });
  return (
    <>
      <Listed
        title={t("notifications.rules")}
        actions={
          <Button small icon={Plus} onClick={() => setOpen("new")}>
            {t("notifications.add_rule")}
          </Button>
        }
        of={rules}
        columns={columns(setOpen)}
        keyOf={(row) => row.rule_id}
        icon={BellRing}
        empty={t("notifications.no_rule")}
        hint={t("notifications.no_rule_hint")}
      />
      {open && <RuleForm of={of} {...(open === "new" ? {} : { rule: open })} close={() => setOpen(null)} />}
    </>
  );
}

const columns = (open: (rule: Rule) => void): Column<Rule>[] => [
  {
    title: t("setup.name"),
    cell: (row) => (
      <span class="block py-1">
        <span class="block font-medium">{row.name}</span>
        <span class="block text-ink-faint text-xs">
          {tword("notifications.source", sourceOf(row))}{" "}
          {t(row.comparison === "above" ? "notifications.is_above" : "notifications.is_below", {
            value: measured(sourceOf(row), row.threshold),
          })}
          {" · "}
          {t("notifications.within", { span: duration(row.window_s) })}
        </span>
      </span>
    ),
  },
  {
    title: t("notifications.severity"),
    cell: (row) => (
      <Badge tone={TONES[row.severity] ?? "plain"}>{tword("notifications.severities", row.severity)}</Badge>
    ),
    class: "hidden md:table-cell",
  },
  {
    title: t("notifications.now"),
    cell: (row) => measured(sourceOf(row), row.last_value),
    right: true,
    class: "hidden sm:table-cell",
  },
  {
    title: t("notifications.fired"),
    cell: (row) => (row.last_fired_at ? ago(row.last_fired_at) : t("apikeys.never")),
    class: "hidden md:table-cell text-ink-soft whitespace-nowrap",
  },
  {
    title: t("setup.state"),
    cell: (row) =>
      row.is_enabled ? (
        <Badge tone="good" dot>
          {t("notifications.on")}
        </Badge>
      ) : (
        <Badge>{t("notifications.off")}</Badge>
      ),
    class: "hidden sm:table-cell",
  },
  {
    title: t("people.act"),
    right: true,
    cell: (row) => (
      <IconButton
        icon={Pencil}
        label={t("notifications.edit", { name: row.name })}
        onClick={() => open(row)}
      />
    ),
  },
];
