import { Building2, MailPlus, Plus } from "lucide";
import { useState } from "preact/hooks";
import { day } from "../../../lib/format";
import { t, tword } from "../../../lib/i18n";
import { useAct, useList } from "../../../lib/query/use";
import { Badge } from "../../../ui/badge";
import { Button, IconButton } from "../../../ui/button";
import { Confirm } from "../../../ui/confirm";
import { Select, TextField } from "../../../ui/field";
import { FormDialog } from "../../../ui/form-dialog";
import { Listed } from "../../../ui/listed";
import type { Column } from "../../../ui/table";
import { type Client, type ClientIn, changeClient, listClients, makeClient } from "../api";
import { AdminFrame } from "./frame";
import { Invite } from "./people";

type Open = { what: "new" } | { what: "invite" | "status"; client: Client } | null;

/** All clients of the installation; for its operators. */
export function Clients() {
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const clients = useList<Client>({ key: ["clients"], read: listClients });
  return (
    <AdminFrame
      actions={
        <Button look="primary" icon={Plus} onClick={() => setOpen({ what: "new" })}>
          {t("clients.create")}
        </Button>
      }
    >
      <Listed
        label={t("clients.title")}
        of={clients}
        columns={columns((what, client) => setOpen({ what, client }))}
        keyOf={(row) => row.client_id}
        icon={Building2}
        empty={t("clients.none")}
      />
      {open?.what === "new" && <NewClient close={close} />}
      {open?.what === "invite" && <Invite clientId={open.client.client_id} close={close} />}
      {open?.what === "status" && <ChangeStatus client={open.client} close={close} />}
    </AdminFrame>
  );
}

const columns = (act: (what: "invite" | "status", client: Client) => void): Column<Client>[] => [
  { title: t("setup.name"), cell: (row) => row.name },
  {
    title: t("clients.slug"),
    cell: (row) => <code class="font-mono text-xs">{row.slug}</code>,
    class: "hidden sm:table-cell",
  },
  {
    title: t("clients.tier"),
    cell: (row) => tword("admin.words.tier", row.subscription_tier),
    class: "hidden md:table-cell",
  },
  {
    title: t("setup.state"),
    cell: (row) => (
      <Badge tone={row.status === "active" ? "good" : "bad"} dot>
        {tword("admin.words.client_status", row.status)}
      </Badge>
    ),
  },
  { title: t("clients.since"), cell: (row) => day(row.created_at), class: "hidden lg:table-cell" },
  {
    title: t("people.act"),
    right: true,
    cell: (row) => (
      <span class="inline-flex items-center gap-1">
        <IconButton
          icon={MailPlus}
          label={t("clients.invite", { name: row.name })}
          onClick={() => act("invite", row)}
        />
        <Button small onClick={() => act("status", row)}>
          {t(row.status === "active" ? "clients.suspend" : "clients.resume")}
        </Button>
      </span>
    ),
  },
];

function ChangeStatus({ client, close }: { client: Client; close: () => void }) {
  const isActive = client.status === "active";
  const act = useAct(() => changeClient(client, { status: isActive ? "suspended" : "active" } as never), {
    invalidates: [["clients"]],
    done: close,
  });
  return (
    <Confirm
      title={client.name}
      act={t(isActive ? "clients.suspend" : "clients.resume")}
      isBusy={act.isRunning}
      problem={act.problem}
      run={() => void act.run()}
      close={close}
    >
      {t(isActive ? "clients.suspend_lead" : "clients.resume_lead")}
    </Confirm>
  );
}

function NewClient({ close }: { close: () => void }) {
  const [given, set] = useState({ name: "", slug: "", tier: "basic" });
  const act = useAct(makeClient, { invalidates: [["clients"]], done: close });
  return (
    <FormDialog
      title={t("clients.create")}
      act={t("setup.create")}
      isBusy={act.isRunning}
      problem={act.problem}
      submit={() => {
        const { name, slug, tier } = given;
        void act.run({ name, slug, subscription_tier: tier } as ClientIn);
      }}
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
        label={t("clients.slug")}
        hint={t("clients.slug_hint")}
        required
        value={given.slug}
        onText={(slug) => set({ ...given, slug })}
      />
      <Select
        label={t("clients.tier")}
        value={given.tier}
        options={["basic", "professional", "enterprise"].map((each) => ({
          value: each,
          label: tword("admin.words.tier", each),
        }))}
        onPick={(tier) => set({ ...given, tier })}
      />
    </FormDialog>
  );
}
