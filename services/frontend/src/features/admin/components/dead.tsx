import { CircleCheck, RotateCcw } from "lucide";
import { useState } from "preact/hooks";
import { onAll } from "../../../lib/bulk";
import { ago, dateTime } from "../../../lib/format";
import { useSettled } from "../../../lib/hooks";
import { t, tn, tword } from "../../../lib/i18n";
import { queries } from "../../../lib/query/client";
import { useAct, useList } from "../../../lib/query/use";
import { said } from "../../../lib/said";
import { Button } from "../../../ui/button";
import { Confirm } from "../../../ui/confirm";
import { Select, TextField } from "../../../ui/field";
import { Listed } from "../../../ui/listed";
import { Trouble } from "../../../ui/states";
import type { Column } from "../../../ui/table";
import { toast } from "../../../ui/toasts";
import { TypeName } from "../../../ui/type-name";
import { may } from "../../session/session";
import { type DeadFilter, type DeadRun, dropDead, listDead, replayDead } from "../api";
import { AdminFrame } from "./frame";

const STAGES = ["INGEST", "INTELLIGENT_OCR", "INTELLIGENT_PROCESS", "OUTPUT"];
const KEY = ["dead-runs"];
const SETTLED_MS = 300;

/** Work that failed for good: run it again when its cause is mended, or drop it. */
export function DeadWork() {
  const [given, set] = useState({ stage: "", code: "" });
  const [dropping, setDropping] = useState<DeadRun | null>(null);
  const [asksAll, setAsksAll] = useState(false);
  const code = useSettled(given.code.trim(), SETTLED_MS);
  const filter: DeadFilter = {
    ...(given.stage ? { stage: given.stage } : {}),
    ...(code ? { error_code: code } : {}),
  };
  const list = useList<DeadRun>({ key: [...KEY, filter], read: listDead(filter) });
  const replay = useAct(replayDead, { invalidates: [KEY], done: () => toast(t("dead.replayed")) });
  const drop = useAct(dropDead, { invalidates: [KEY], done: () => setDropping(null) });
  const isFiltered = Boolean(given.stage || code);
  return (
    <AdminFrame
      actions={
        list.rows.length > 0 && (
          <Button icon={RotateCcw} onClick={() => setAsksAll(true)}>
            {t("dead.replay_all", { count: list.rows.length })}
          </Button>
        )
      }
    >
      {replay.problem && <Trouble problem={replay.problem} compact />}
      <div class="grid max-w-2xl gap-3 sm:grid-cols-2">
        <Select
          label={t("setup.stage")}
          value={given.stage}
          options={[
            { value: "", label: t("audit.any") },
            ...STAGES.map((value) => ({ value, label: tword("stage", value) })),
          ]}
          onPick={(stage) => set({ ...given, stage })}
        />
        <TextField
          label={t("dead.code")}
          hint={t("dead.code_hint")}
          class="font-mono"
          value={given.code}
          onText={(typed) => set({ ...given, code: typed })}
        />
      </div>
      <Listed
        label={t("dead.title")}
        of={list}
        columns={columns({
          replay: (row) => void replay.run(row.run_id),
          drop: setDropping,
          isBusy: replay.isRunning,
        })}
        keyOf={(row) => row.run_id}
        icon={CircleCheck}
        empty={t(isFiltered ? "dead.none_fit" : "dead.none")}
        hint={t(isFiltered ? "dead.none_fit_hint" : "dead.none_hint")}
      />
      {dropping && (
        <Confirm
          title={t("dead.drop_title")}
          act={t("dead.drop")}
          isBusy={drop.isRunning}
          problem={drop.problem}
          run={() => void drop.run(dropping.run_id)}
          close={() => {
            drop.forget();
            setDropping(null);
          }}
        >
          {t("dead.drop_lead")}
        </Confirm>
      )}
      {asksAll && <ReplayAll rows={list.rows} close={() => setAsksAll(false)} />}
    </AdminFrame>
  );
}

function ReplayAll({ rows, close }: { rows: readonly DeadRun[]; close: () => void }) {
  const [isBusy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    const result = await onAll(
      rows.map((row) => row.run_id),
      replayDead,
    );
    await queries.invalidateQueries({ queryKey: KEY });
    const refused = [...result.refused].map(([each, count]) => `${count} × ${tword("problems", each)}`);
    toast([tn("dead.replayed_many", result.done), ...refused].join(" · "), { isBad: refused.length > 0 });
    close();
  };
  return (
    <Confirm
      title={tn("dead.replay_many", rows.length)}
      act={t("dead.replay")}
      isBusy={isBusy}
      problem={null}
      run={() => void run()}
      close={close}
    >
      {t("dead.replay_lead")}
    </Confirm>
  );
}

interface Acts {
  replay: (row: DeadRun) => void;
  drop: (row: DeadRun) => void;
  isBusy: boolean;
}

function columns({ replay, drop, isBusy }: Acts): Column<DeadRun>[] {
  const isPlatform = may("platform_admin");
  const client: Column<DeadRun> = { title: t("dead.client"), cell: (row) => row.client_name };
  return [
    { title: t("dead.what"), cell: (row) => <Fault row={row} /> },
    ...(isPlatform ? [client] : []),
    { title: t("audit.process"), cell: (row) => <Of row={row} />, class: "hidden sm:table-cell" },
    {
      title: t("setup.stage"),
      cell: (row) => tword("stage", row.stage),
      class: "hidden md:table-cell text-ink-soft",
    },
    {
      title: t("dead.tries"),
      cell: (row) => row.attempts,
      right: true,
      class: "hidden lg:table-cell",
    },
    {
      title: t("audit.when"),
      cell: (row) => (
        <time class="whitespace-nowrap" dateTime={row.finished_at} title={dateTime(row.finished_at)}>
          {ago(row.finished_at)}
        </time>
      ),
      class: "hidden md:table-cell text-ink-soft",
    },
    {
      title: t("people.act"),
      right: true,
      cell: (row) => (
        <span class="inline-flex flex-wrap justify-end gap-1 sm:flex-nowrap">
          <Button small icon={RotateCcw} disabled={isBusy} onClick={() => replay(row)}>
            {t("dead.replay")}
          </Button>
          <Button small look="quiet" onClick={() => drop(row)}>
            {t("dead.drop")}
          </Button>
        </span>
      ),
    },
  ];
}

/** What went wrong and what helps, in words where there are any; the code always. */
function Fault({ row }: { row: DeadRun }) {
  const code = row.error?.code ?? "internal_error";
  const todo = said("file_remedies", code) ?? said("remedies", code);
  return (
    <span class="block min-w-44 py-1">
      <span class="block">
        {said("file_problems", code) ??
          said("problems", code) ??
          row.error?.message ??
          tword("problems", code)}
      </span>
      {todo && <span class="block text-ink-soft text-xs">{todo}</span>}
      <code class="block font-mono text-2xs text-ink-faint">{code}</code>
      <span class="mt-1 block sm:hidden">
        <Of row={row} />
      </span>
    </span>
  );
}

/** A platform admin sees of another's process no more than its id. */
function Of({ row }: { row: DeadRun }) {
  const name = row.external_id ?? `${row.process_id.slice(0, 8)}…${row.process_id.slice(-4)}`;
  if (may("platform_admin")) return <code class="whitespace-nowrap font-mono text-xs">{name}</code>;
  return (
    <span class="block">
      <a
        class="break-all font-mono text-accent text-xs hover:underline"
        href={`/processes/${row.process_id}`}
      >
        {name}
      </a>
      <span class="block text-ink-faint text-xs">
        <TypeName id={row.process_type_id} />
      </span>
    </span>
  );
}
