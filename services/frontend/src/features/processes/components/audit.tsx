import { ScrollText } from "lucide";
import { dateTime } from "../../../lib/format";
import { t, tword } from "../../../lib/i18n";
import { actName } from "../../../lib/names";
import { useQuery } from "../../../lib/query/use";
import { Badge, type Tone } from "../../../ui/badge";
import { Card } from "../../../ui/page";
import { Empty, Shown } from "../../../ui/states";
import { type Column, Table } from "../../../ui/table";
import { type AuditRow, getAudit, type Process } from "../api";

const TONES: Record<string, Tone> = { SUCCESS: "good", ERRORS: "doubt", FAILED: "bad" };

const columns = (): Column<AuditRow>[] => [
  { title: t("processes.audit_what"), cell: whatOf },
  {
    title: t("processes.audit_result"),
    cell: (row) => <Badge tone={TONES[row.result] ?? "plain"}>{tword("audit_result", row.result)}</Badge>,
  },
  {
    title: t("processes.audit_model"),
    cell: (row) => {
      const used = row.token_usage as { input?: number; output?: number; model?: string | null } | null;
      return used?.model ? `${used.model} (${used.input} / ${used.output})` : "–";
    },
    class: "hidden lg:table-cell",
  },
  { title: t("processes.audit_seq"), cell: (row) => row.seq, right: true, class: "hidden md:table-cell" },
  {
    title: t("processes.audit_hash"),
    cell: (row) => (
      <code class="font-mono text-ink-faint text-xs" title={row.hash}>
        {row.hash.slice(0, 12)}
      </code>
    ),
    class: "hidden lg:table-cell",
  },
  {
    title: t("processes.audit_when"),
    cell: (row) => <span class="text-ink-soft sm:whitespace-nowrap">{dateTime(row.timestamp)}</span>,
    right: true,
  },
];

function whatOf(row: AuditRow): string {
  const action = (row.payload as { action?: string }).action;
  if (action) return actName(action);
  const attempt =
    row.attempt && row.attempt > 1 ? ` (${t("processes.attempt", { number: row.attempt })})` : "";
  return (row.stage_type ? tword("stage", row.stage_type) : "–") + attempt;
}

/** The rows that can be proven: each carries the hash of the one before. */
export function Audit({ process }: { process: Process }) {
  const id = process.process_id;
  const asked = useQuery({ key: ["process", id, "audit"], read: (signal) => getAudit(id, signal) });
  const rows = asked.data?.data ?? [];
  return (
    <Card title={t("processes.tabs.audit")}>
      <Shown
        of={asked}
        isEmpty={rows.length === 0}
        empty={<Empty icon={ScrollText} title={t("processes.no_audit")} />}
      >
        <Table
          label={t("processes.tabs.audit")}
          columns={columns()}
          rows={rows}
          keyOf={(row) => row.audit_id}
        />
      </Shown>
    </Card>
  );
}
