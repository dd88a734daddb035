import { Plus, Shapes } from "lucide";
import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { t } from "../../../lib/i18n";
import { useAct, useList } from "../../../lib/query/use";
import { Badge } from "../../../ui/badge";
import { Button } from "../../../ui/button";
import { TextField } from "../../../ui/field";
import { FormDialog } from "../../../ui/form-dialog";
import { Listed } from "../../../ui/listed";
import type { Column } from "../../../ui/table";
import { me } from "../../session/session";
import { listTypes, makeType, type ProcessType } from "../api";
import { SetupFrame } from "./frame";

const columns = (): Column<ProcessType>[] => [
  { title: t("setup.name"), cell: (row) => row.display_name },
  {
    title: t("setup.id"),
    cell: (row) => <code class="font-mono text-xs">{row.process_type_id}</code>,
    class: "hidden sm:table-cell",
  },
  {
    title: t("setup.owner"),
    cell: (row) => t(row.is_platform ? "setup.platform" : "setup.own"),
    class: "hidden md:table-cell text-ink-soft",
  },
  {
    title: t("setup.state"),
    cell: (row) => (
      <Badge tone={row.is_active ? "good" : "plain"} dot>
        {t(row.is_active ? "setup.active" : "setup.inactive")}
      </Badge>
    ),
  },
];

/** All kinds of documents that this client can read. */
export function ProcessTypes() {
  const [isNew, setNew] = useState(false);
  const types = useList<ProcessType>({ key: ["types"], read: listTypes });
  return (
    <SetupFrame
      actions={
        <Button look="primary" icon={Plus} onClick={() => setNew(true)}>
          {t("setup.new_type")}
        </Button>
      }
    >
      <Listed
        label={t("setup.types")}
        of={types}
        columns={columns()}
        keyOf={(row) => row.process_type_id}
        href={(row) => `/configuration/types/${row.process_type_id}`}
        icon={Shapes}
        empty={t("setup.no_types")}
        hint={t("setup.no_types_hint")}
      />
      {isNew && <NewType close={() => setNew(false)} />}
    </SetupFrame>
  );
}

function NewType({ close }: { close: () => void }) {
  const { route } = useLocation();
  const slug = me.value?.client?.slug;
  const prefix = slug ? `${slug}.` : "";
  const [given, set] = useState({ id: "", name: "", description: "" });
  const act = useAct(makeType, {
    invalidates: [["types"]],
    done: (made) => route(`/configuration/types/${made.process_type_id}`),
  });
  const submit = () => {
    void act.run({
      process_type_id: prefix + given.id,
      display_name: given.name,
      description: given.description || null,
    });
  };
  return (
    <FormDialog
      title={t("setup.new_type")}
      act={t("setup.create")}
      isBusy={act.isRunning}
      problem={act.problem}
      submit={submit}
      close={close}
    >
      <TextField
        label={t("setup.name")}
        required
        autofocus
        value={given.name}
        onText={(name) => set({ ...given, name })}
      />
      <TextField
        label={t("setup.id")}
        required
        pattern="[a-z0-9_\-]+"
        hint={t("setup.id_hint", { id: prefix + (given.id || "lease") })}
        value={given.id}
        onText={(id) => set({ ...given, id })}
      />
      <TextField
        label={t("setup.description")}
        value={given.description}
        onText={(description) => set({ ...given, description })}
      />
    </FormDialog>
  );
}
