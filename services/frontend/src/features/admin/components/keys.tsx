import { KeyRound, Plus } from "lucide";
import { useState } from "preact/hooks";
import type { Schemas } from "../../../lib/api/client";
import { ago, day } from "../../../lib/format";
import { t, tword } from "../../../lib/i18n";
import { useAct, useList } from "../../../lib/query/use";
import { Badge } from "../../../ui/badge";
import { Button } from "../../../ui/button";
import { Confirm } from "../../../ui/confirm";
import { Dialog } from "../../../ui/dialog";
import { TextField } from "../../../ui/field";
import { FormDialog } from "../../../ui/form-dialog";
import { Listed } from "../../../ui/listed";
import { Picks } from "../../../ui/picks";
import { Secret } from "../../../ui/secret";
import type { Column } from "../../../ui/table";
import { type ApiKey, listKeys, makeKey, revokeKey } from "../api";
import { AdminFrame } from "./frame";

type Scope = Schemas["Scope"];
const SCOPES: Scope[] = [
  "processes:read",
  "processes:write",
  "results:read",
  "reviews:write",
  "config:write",
  "webhooks:write",
  "admin",
];

function stateOf(key: ApiKey): "good" | "revoked" | "expired" {
  if (key.revoked_at) return "revoked";
  return key.expires_at && new Date(key.expires_at) < new Date() ? "expired" : "good";
}

/** What a key may do, in words; all of it in one. */
function Scopes({ of }: { of: readonly string[] }) {
  const words = SCOPES.filter((each) => of.includes(each)).map((each) =>
    tword("admin.words.scope", each.replace(":", "_")),
  );
  return (
    <span class="text-ink-soft text-xs">
      {words.length === SCOPES.length ? t("apikeys.everything") : words.join(" · ")}
    </span>
  );
}

/** What programs sign in with. */
export function ApiKeys() {
  const [isNew, setNew] = useState(false);
  const [leaving, setLeaving] = useState<ApiKey | null>(null);
  const keys = useList<ApiKey>({ key: ["api-keys"], read: listKeys });
  const revoke = useAct(revokeKey, { invalidates: [["api-keys"]], done: () => setLeaving(null) });
  return (
    <AdminFrame
      actions={
        <Button look="primary" icon={Plus} onClick={() => setNew(true)}>
          {t("apikeys.create")}
        </Button>
      }
    >
      <Listed
        label={t("apikeys.title")}
        of={keys}
        columns={columns(setLeaving)}
        keyOf={(row) => row.api_key_id}
        icon={KeyRound}
        empty={t("apikeys.none")}
        hint={t("apikeys.none_hint")}
      />
      {isNew && <NewKey close={() => setNew(false)} />}
      {leaving && (
        <Confirm
          title={t("apikeys.revoke_title", { name: leaving.name })}
          act={t("apikeys.revoke")}
          isBusy={revoke.isRunning}
          problem={revoke.problem}
          run={() => void revoke.run(leaving.api_key_id)}
          close={() => {
            revoke.forget();
            setLeaving(null);
          }}
        >
          {t("apikeys.revoke_lead")}
        </Confirm>
      )}
    </AdminFrame>
  );
}

const columns = (revoke: (key: ApiKey) => void): Column<ApiKey>[] => [
  { title: t("setup.name"), cell: (row) => <span class="font-medium">{row.name}</span> },
  {
    title: t("apikeys.key"),
    cell: (row) => <code class="font-mono text-xs">{row.prefix}…</code>,
    class: "hidden sm:table-cell",
  },
  {
    title: t("apikeys.scopes"),
    cell: (row) => <Scopes of={row.scopes} />,
    class: "hidden md:table-cell",
  },
  {
    title: t("apikeys.used"),
    cell: (row) => (row.last_used_at ? ago(row.last_used_at) : t("apikeys.never")),
    class: "hidden whitespace-nowrap text-ink-soft lg:table-cell",
  },
  {
    title: t("apikeys.until"),
    cell: (row) => (row.expires_at ? day(row.expires_at) : t("apikeys.forever")),
    class: "hidden whitespace-nowrap text-ink-soft lg:table-cell",
  },
  {
    title: t("people.act"),
    right: true,
    cell: (row) =>
      stateOf(row) === "good" ? (
        <Button small look="danger" onClick={() => revoke(row)}>
          {t("apikeys.revoke")}
        </Button>
      ) : (
        <Badge>{tword("admin.words.key_state", stateOf(row))}</Badge>
      ),
  },
];

function NewKey({ close }: { close: () => void }) {
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<Scope[]>(["processes:read", "processes:write", "results:read"]);
  const [until, setUntil] = useState("");
  const [key, setKey] = useState<string | null>(null);
  const act = useAct(makeKey, { invalidates: [["api-keys"]], done: (made) => setKey(made.key ?? null) });
  const submit = () => {
    const expires_at = until ? new Date(`${until}T23:59:59`).toISOString() : null;
    void act.run({ name, scopes, expires_at });
  };
  if (key) {
    return (
      <Dialog
        stays
        title={t("apikeys.made")}
        close={close}
        footer={
          <Button look="primary" onClick={close}>
            {t("secret.done")}
          </Button>
        }
      >
        <Secret label={name} value={key} />
      </Dialog>
    );
  }
  return (
    <FormDialog
      title={t("apikeys.create")}
      act={t("apikeys.create")}
      isBusy={act.isRunning}
      disabled={scopes.length === 0}
      problem={act.problem}
      submit={submit}
      close={close}
    >
      <TextField
        label={t("setup.name")}
        hint={t("apikeys.name_hint")}
        required
        autofocus
        value={name}
        onText={setName}
      />
      <Picks
        legend={t("apikeys.scopes")}
        options={SCOPES.map((value) => ({
          value,
          label: <code class="font-mono text-xs">{value}</code>,
          hint: tword("admin.words.scope", value.replace(":", "_")),
        }))}
        chosen={scopes}
        pick={setScopes}
      />
      <TextField
        label={t("apikeys.until")}
        hint={t("apikeys.until_hint")}
        type="date"
        value={until}
        onText={setUntil}
      />
    </FormDialog>
  );
}
