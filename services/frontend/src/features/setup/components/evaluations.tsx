import { FlaskConical, Plus } from "lucide";
import { useState } from "preact/hooks";
import { ago, dollars, number, percent } from "../../../lib/format";
import { t, tword } from "../../../lib/i18n";
import { typeName } from "../../../lib/process-types";
import { useAct, useList, useQuery } from "../../../lib/query/use";
import { Badge } from "../../../ui/badge";
import { Button } from "../../../ui/button";
import { Dialog } from "../../../ui/dialog";
import { Select, TextField } from "../../../ui/field";
import { FormDialog } from "../../../ui/form-dialog";
import { Listed } from "../../../ui/listed";
import { Shown, Trouble } from "../../../ui/states";
import { type Column, Table } from "../../../ui/table";
import { TypeName } from "../../../ui/type-name";
import {
  type Configuration,
  type Evaluation,
  type EvaluationSet,
  evaluate,
  freezeSet,
  type Gate,
  listConfigurations,
  listEvaluations,
  listSets,
  listTypes,
  type ProcessType,
  readEvaluation,
  readGate,
  setGate,
} from "../api";
import { SetupFrame } from "./frame";

type Open = { what: "set" } | { what: "run"; set: EvaluationSet } | { what: "result"; id: string } | null;

const WAITS = new Set(["pending", "running"]);

/** Sets of documents whose truth is known, and how versions read them. */
export function Evaluations() {
  const [open, setOpen] = useState<Open>(null);
  const sets = useList<EvaluationSet>({ key: ["evaluation-sets"], read: listSets });
  const runs = useList<Evaluation>({ key: ["evaluations"], read: listEvaluations, everyMs: 5_000 });
  const close = () => setOpen(null);
  return (
    <SetupFrame actions={<GateChoice />}>
      <Listed
        title={t("evaluations.sets")}
        actions={
          <Button small icon={Plus} onClick={() => setOpen({ what: "set" })}>
            {t("evaluations.new_set")}
          </Button>
        }
        of={sets}
        columns={setColumns((set) => setOpen({ what: "run", set }))}
        keyOf={(row) => row.set_id}
        icon={FlaskConical}
        empty={t("evaluations.no_sets")}
        hint={t("evaluations.no_sets_hint")}
      />
      <Listed
        title={t("evaluations.runs")}
        of={runs}
        columns={runColumns((id) => setOpen({ what: "result", id }))}
        keyOf={(row) => row.evaluation_id}
        icon={FlaskConical}
        empty={t("evaluations.no_runs")}
      />
      {open?.what === "set" && <NewSet close={close} />}
      {open?.what === "run" && <NewRun set={open.set} close={close} />}
      {open?.what === "result" && <Result id={open.id} close={close} />}
    </SetupFrame>
  );
}

const setColumns = (run: (set: EvaluationSet) => void): Column<EvaluationSet>[] => [
  { title: t("setup.name"), cell: (row) => row.name },
  {
    title: t("setup.type"),
    cell: (row) => <TypeName id={row.process_type_id} />,
    class: "hidden sm:table-cell",
  },
  { title: t("evaluations.documents"), cell: (row) => number(row.documents), right: true },
  {
    title: t("evaluations.act"),
    cell: (row) => (
      <Button small onClick={() => run(row)}>
        {t("evaluations.run")}
      </Button>
    ),
    right: true,
  },
];

const runColumns = (show: (id: string) => void): Column<Evaluation>[] => [
  {
    title: t("evaluations.compared"),
    cell: (row) => {
      const candidate = t("setup.version_n", { version: row.candidate.version });
      if (!row.baseline) return candidate;
      return t("evaluations.against", {
        candidate,
        baseline: t("setup.version_n", { version: row.baseline.version }),
      });
    },
  },
  {
    title: t("setup.type"),
    cell: (row) => <TypeName id={row.process_type_id} />,
    class: "hidden md:table-cell",
  },
  {
    title: t("setup.state"),
    cell: (row) =>
      WAITS.has(row.status) ? (
        <Badge tone="accent" dot>
          {t("evaluations.progress", { done: row.done, documents: row.documents })}
        </Badge>
      ) : (
        <Badge tone={row.verdict === "passed" ? "good" : row.verdict || row.error_code ? "bad" : "plain"} dot>
          {row.error_code
            ? tword("problems", row.error_code)
            : tword("setup.words.verdict", row.verdict ?? row.status)}
        </Badge>
      ),
  },
  {
    title: t("setup.changed"),
    cell: (row) => ago(row.created_at),
    right: true,
    class: "hidden sm:table-cell",
  },
  {
    title: t("evaluations.act"),
    cell: (row) => (
      <Button small disabled={!row.figures} onClick={() => show(row.evaluation_id)}>
        {t("evaluations.figures")}
      </Button>
    ),
    right: true,
  },
];

function GateChoice() {
  const gate = useQuery<Gate>({ key: ["gate"], read: readGate });
  const act = useAct(setGate, { invalidates: [["gate"]] });
  const now = gate.data;
  if (!now) return null;
  return (
    <Select
      label={t("evaluations.gate")}
      value={now.mode}
      wrong={act.problem?.code}
      options={(["off", "warn", "refuse"] as const).map((each) => ({
        value: each,
        label: tword("setup.words.gate", each),
      }))}
      onPick={(mode) => void act.run({ ...now, mode: mode as Gate["mode"] })}
    />
  );
}

function NewSet({ close }: { close: () => void }) {
  const types = useList<ProcessType>({ key: ["types"], read: listTypes });
  const [name, setName] = useState("");
  const [typed, setType] = useState("");
  const type = typed || (types.rows[0]?.process_type_id ?? "");
  const act = useAct(freezeSet, { invalidates: [["evaluation-sets"]], done: close });
  return (
    <FormDialog
      title={t("evaluations.new_set")}
      act={t("evaluations.freeze")}
      isBusy={act.isRunning}
      problem={act.problem}
      submit={() => void act.run({ name, process_type_id: type })}
      close={close}
    >
      <p class="text-ink-soft text-sm">{t("evaluations.set_lead")}</p>
      <TextField label={t("setup.name")} required autofocus value={name} onText={setName} />
      <Select
        label={t("setup.type")}
        value={type}
        options={types.rows.map((each) => ({ value: each.process_type_id, label: typeName(each) }))}
        onPick={setType}
      />
    </FormDialog>
  );
}

function NewRun({ set, close }: { set: EvaluationSet; close: () => void }) {
  const [candidate, setCandidate] = useState("");
  const versions = useList<Configuration>({
    key: ["configurations", set.process_type_id],
    read: listConfigurations(set.process_type_id),
  });
  const act = useAct(() => evaluate(set.set_id, candidate || null), {
    invalidates: [["evaluations"]],
    done: close,
  });
  return (
    <Dialog
      title={t("evaluations.run_title", { name: set.name })}
      close={close}
      footer={
        <>
          <Button onClick={close}>{t("common.cancel")}</Button>
          <Button look="primary" isBusy={act.isRunning} onClick={() => void act.run()}>
            {t("evaluations.run")}
          </Button>
        </>
      }
    >
      {act.problem && <Trouble problem={act.problem} compact />}
      <Select
        label={t("evaluations.candidate")}
        hint={t("evaluations.candidate_hint")}
        value={candidate}
        options={[
          { value: "", label: t("evaluations.in_force") },
          ...versions.rows.map((each) => ({
            value: each.config_id,
            label: `${t("setup.version_n", { version: each.version })} · ${tword("setup.words.lifecycle", each.state)}`,
          })),
        ]}
        onPick={setCandidate}
      />
    </Dialog>
  );
}

function Result({ id, close }: { id: string; close: () => void }) {
  const found = useQuery({ key: ["evaluations", id], read: (signal) => readEvaluation(id, signal) });
  const figures = found.data?.figures;
  const differences = figures?.comparison?.fields ?? {};
  return (
    <Dialog title={t("evaluations.figures")} close={close} wide>
      <Shown of={found} rows={4}>
        {figures && (
          <div class="flex flex-col gap-4">
            <dl class="grid grid-cols-2 gap-4 sm:grid-cols-4">
              <Figure name={t("evaluations.exact")} value={percent(figures.candidate.overall.exact, 1)} />
              <Figure name={t("evaluations.held")} value={percent(figures.candidate.review_rate)} />
              <Figure name={t("evaluations.slips")} value={percent(figures.candidate.overall.slip_rate, 1)} />
              <Figure name={t("usage.cost")} value={dollars(figures.candidate.cost_micros)} />
            </dl>
            <Table
              label={t("evaluations.figures")}
              rows={Object.entries(figures.candidate.fields)}
              keyOf={([name]) => name}
              columns={[
                {
                  title: t("setup.field_name"),
                  cell: ([name]) => <code class="font-mono text-xs">{name}</code>,
                },
                { title: t("evaluations.exact"), cell: ([, each]) => percent(each.exact, 1), right: true },
                {
                  title: t("evaluations.before"),
                  cell: ([name]) => percent(figures.baseline?.fields[name]?.exact, 1),
                  right: true,
                },
                {
                  title: t("evaluations.difference"),
                  cell: ([name]) => {
                    const each = differences[name];
                    if (!each) return "–";
                    const shown = t("evaluations.interval", {
                      low: percent(each.low, 1),
                      high: percent(each.high, 1),
                    });
                    return <span class={each.is_worse ? "font-medium text-bad" : ""}>{shown}</span>;
                  },
                  right: true,
                },
              ]}
            />
          </div>
        )}
      </Shown>
    </Dialog>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt class="text-ink-faint text-xs">{name}</dt>
      <dd class="numbers font-semibold text-xl">{value}</dd>
    </div>
  );
}
