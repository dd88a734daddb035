import { ScrollText, ShieldCheck } from "lucide";
import { useState } from "preact/hooks";
import { dateTime, number } from "../../../lib/format";
import { t, tword } from "../../../lib/i18n";
import { actName } from "../../../lib/names";
import { useAct, useList } from "../../../lib/query/use";
import { Badge } from "../../../ui/badge";
import { Button } from "../../../ui/button";
import { Select, TextField } from "../../../ui/field";
import { Listed } from "../../../ui/listed";
import { Trouble } from "../../../ui/states";
import type { Column } from "../../../ui/table";
import { type AuditFilter, type AuditLog, listAudit, type Verification, verifyAudit } from "../api";
import { AdminFrame } from "./frame";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const STAGES = ["INGEST", "INTELLIGENT_OCR", "INTELLIGENT_PROCESS", "OUTPUT"];
const RESULTS = ["SUCCESS", "ERRORS", "FAILED"];

const text = (value: unknown) => (typeof value === "string" ? value : "");

const columns = (): Column<AuditLog>[] => [
  {
    title: t("audit.when"),
    cell: (row) => <span class="sm:whitespace-nowrap">{dateTime(row.timestamp)}</span>,
  },
  {
    title: t("audit.what"),
    cell: (row) => {
      const action = text(row.payload.action);
      return action ? actName(action) : row.stage_type ? tword("stage", row.stage_type) : "–";
    },
  },
  {
    title: t("audit.who"),
    cell: (row) => <span class="break-all">{whoOf(row)}</span>,
    class: "hidden text-ink-soft lg:table-cell",
  },
  {
    title: t("audit.process"),
    cell: (row) =>
      row.process_id && (
        <a class="font-mono text-accent text-xs hover:underline" href={`/processes/${row.process_id}`}>
          {row.process_id.slice(0, 8)}…{row.process_id.slice(-4)}
        </a>
      ),
    class: "hidden md:table-cell",
  },
  {
    title: t("audit.result"),
    cell: (row) => (
      <Badge tone={/success/i.test(row.result) ? "good" : /fail/i.test(row.result) ? "bad" : "plain"}>
        {tword("audit_result", row.result)}
      </Badge>
    ),
  },
];

function whoOf({ actor_kind, actor_name }: AuditLog): string {
  if (actor_kind === "platform" || actor_kind === "worker") return t(`audit.${actor_kind}`);
  if (actor_name === null) return t(`audit.erased_${actor_kind}`);
  return actor_kind === "key" ? t("audit.key", { name: actor_name }) : actor_name;
}

/** What was done, by whom, in a chain that shows when a row was changed. */
export function Audit() {
  const [given, set] = useState({ process: "", result: "", stage: "", from: "" });
  const id = given.process.trim();
  const filter: AuditFilter = {
    ...(UUID.test(id) ? { process_id: id } : {}),
    ...(given.result ? { result: given.result } : {}),
    ...(given.stage ? { stage_type: given.stage } : {}),
    ...(given.from ? { after: `${given.from}T00:00:00Z` } : {}),
  };
  const list = useList<AuditLog>({ key: ["audit", filter], read: listAudit(filter) });
  const verify = useAct<void, Verification>(verifyAudit, { done: (found) => setFound(found) });
  const [found, setFound] = useState<Verification | null>(null);
  const any = { value: "", label: t("audit.any") };
  return (
    <AdminFrame
      actions={
        <Button icon={ShieldCheck} isBusy={verify.isRunning} onClick={() => void verify.run()}>
          {t("audit.verify")}
        </Button>
      }
    >
      {verify.problem && <Trouble problem={verify.problem} compact />}
      {found && <Verified found={found} />}
      <div class="grid gap-3 sm:grid-cols-2 lg:grid-cols-4">
        <TextField
          label={t("audit.process")}
          class="font-mono"
          wrong={id && !UUID.test(id) ? t("audit.no_id") : undefined}
          value={given.process}
          onText={(process) => set({ ...given, process })}
        />
        <Select
          label={t("setup.stage")}
          value={given.stage}
          options={[any, ...STAGES.map((each) => ({ value: each, label: tword("stage", each) }))]}
          onPick={(stage) => set({ ...given, stage })}
        />
        <Select
          label={t("audit.result")}
          value={given.result}
          options={[any, ...RESULTS.map((each) => ({ value: each, label: tword("audit_result", each) }))]}
          onPick={(result) => set({ ...given, result })}
        />
        <TextField
          label={t("usage.from")}
          type="date"
          value={given.from}
          onText={(from) => set({ ...given, from })}
        />
      </div>
      <Listed
        label={t("audit.title")}
        of={list}
        columns={columns()}
        keyOf={(row) => row.audit_id}
        icon={ScrollText}
        empty={t("audit.none")}
      />
    </AdminFrame>
  );
}

function Verified({ found }: { found: Verification }) {
  return (
    <output
      class={`block rounded-lg px-4 py-3 text-sm ${found.ok ? "bg-good-wash text-good" : "bg-bad-wash text-bad"}`}
    >
      <span class="font-medium">{t(found.ok ? "audit.sound" : "audit.broken")}</span>{" "}
      {t("audit.checked", { rows: number(found.checked), chains: number(found.chains) })}
      {found.broken.map((each) => (
        <span key={`${each.client_id}${each.seq}`} class="block font-mono text-xs">
          {each.seq} · {each.kind}
        </span>
      ))}
    </output>
  );
}
