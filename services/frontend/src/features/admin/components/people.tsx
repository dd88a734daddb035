import { MailPlus, UserRound, X } from "lucide";
import { useState } from "preact/hooks";
import { ago, day } from "../../../lib/format";
import { LOCALES, type Locale, locale, t, tword } from "../../../lib/i18n";
import { useAct, useList } from "../../../lib/query/use";
import { Badge } from "../../../ui/badge";
import { Button, IconButton } from "../../../ui/button";
import { Confirm } from "../../../ui/confirm";
import { Dialog } from "../../../ui/dialog";
import { Select, TextField } from "../../../ui/field";
import { FormDialog } from "../../../ui/form-dialog";
import { Listed } from "../../../ui/listed";
import { Secret } from "../../../ui/secret";
import { Trouble } from "../../../ui/states";
import type { Column } from "../../../ui/table";
import { me } from "../../session/session";
import {
  changeUser,
  type Invitation,
  type InvitedRole,
  invite,
  listInvitations,
  listUsers,
  resetFactor,
  revokeInvitation,
  type User,
} from "../api";
import { AdminFrame } from "./frame";

const ROLES: InvitedRole[] = ["viewer", "operator", "admin"];
const roles = () => ROLES.map((each) => ({ value: each, label: tword("role", each) }));

/** Who may sign in, as what, and who was asked to. */
export function People() {
  const [isInviting, setInviting] = useState(false);
  const users = useList<User>({ key: ["users"], read: listUsers });
  const invitations = useList<Invitation>({ key: ["invitations"], read: listInvitations });
  const change = useAct(({ user, given }: { user: User; given: object }) => changeUser(user, given), {
    invalidates: [["users"]],
  });
  const revoke = useAct(revokeInvitation, { invalidates: [["invitations"]] });
  const [lost, setLost] = useState<User | null>(null);
  const reset = useAct(resetFactor, { invalidates: [["users"]], done: () => setLost(null) });
  const problem = change.problem ?? revoke.problem;
  return (
    <AdminFrame
      actions={
        <Button look="primary" icon={MailPlus} onClick={() => setInviting(true)}>
          {t("people.invite")}
        </Button>
      }
    >
      {problem && <Trouble problem={problem} compact />}
      <Listed
        title={t("people.users")}
        of={users}
        columns={userColumns(me.value?.email, (user, given) => void change.run({ user, given }), setLost)}
        keyOf={(row) => row.user_id}
        icon={UserRound}
        empty={t("people.none")}
      />
      {invitations.rows.length > 0 && (
        <Listed
          title={t("people.invitations")}
          of={invitations}
          columns={invitationColumns((id) => void revoke.run(id))}
          keyOf={(row) => row.invitation_id}
          icon={MailPlus}
          empty={t("people.none")}
        />
      )}
      {isInviting && <Invite close={() => setInviting(false)} />}
      {lost && (
        <Confirm
          title={t("people.reset_title", { email: lost.email })}
          act={t("people.reset")}
          isBusy={reset.isRunning}
          problem={reset.problem}
          run={() => void reset.run(lost)}
          close={() => {
            reset.forget();
            setLost(null);
          }}
        >
          <p>{t("people.reset_lead")}</p>
        </Confirm>
      )}
    </AdminFrame>
  );
}

const userColumns = (
  own: string | null | undefined,
  change: (user: User, given: object) => void,
  reset: (user: User) => void,
): Column<User>[] => [
  { title: t("people.email"), cell: (row) => <Address of={row.email} /> },
  {
    title: t("people.role"),
    cell: (row) =>
      row.email === own ? (
        tword("role", row.role)
      ) : (
        <Select
          bare
          class="min-w-32 md:min-w-36"
          label={t("people.role_of", { email: row.email })}
          value={row.role}
          options={roles()}
          onPick={(role) => change(row, { role })}
        />
      ),
  },
  {
    title: t("people.factor"),
    cell: (row) =>
      row.has_second_factor && row.email !== own ? (
        <Button small onClick={() => reset(row)}>
          {t("people.reset")}
        </Button>
      ) : (
        t(row.has_second_factor ? "people.yes" : "people.no")
      ),
    class: "hidden md:table-cell text-ink-soft",
  },
  {
    title: t("people.last"),
    cell: (row) => (row.last_login_at ? ago(row.last_login_at) : "–"),
    class: "hidden md:table-cell text-ink-soft",
  },
  {
    title: t("setup.state"),
    cell: (row) => (
      <Badge tone={row.status === "active" ? "good" : "plain"} dot>
        {tword("admin.words.user_status", row.status)}
      </Badge>
    ),
    class: "hidden sm:table-cell",
  },
  {
    title: t("people.act"),
    right: true,
    cell: (row) =>
      row.email !== own && (
        <Button
          small
          onClick={() => change(row, { status: row.status === "active" ? "inactive" : "active" })}
        >
          {t(row.status === "active" ? "people.block" : "people.unblock")}
        </Button>
      ),
  },
];

const invitationColumns = (revoke: (id: string) => void): Column<Invitation>[] => [
  { title: t("people.email"), cell: (row) => <Address of={row.email} /> },
  { title: t("people.role"), cell: (row) => tword("role", row.role) },
  {
    title: t("setup.state"),
    cell: (row) => tword("admin.words.invitation", row.state),
    class: "hidden sm:table-cell",
  },
  { title: t("people.until"), cell: (row) => day(row.expires_at), class: "hidden md:table-cell" },
  {
    title: t("people.act"),
    right: true,
    cell: (row) =>
      row.state !== "accepted" && (
        <IconButton
          icon={X}
          label={t("people.revoke", { email: row.email })}
          onClick={() => revoke(row.invitation_id)}
        />
      ),
  },
];

/** Broken before its domain, where it must be. */
function Address({ of }: { of: string }) {
  const at = of.lastIndexOf("@");
  return (
    <span class="break-words">
      {of.slice(0, at)}
      <wbr />
      {of.slice(at)}
    </span>
  );
}

/** Ask somebody in. The link is mailed, and shown once for those whose installation sends no mail. */
export function Invite({ close, clientId }: { close: () => void; clientId?: string }) {
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<InvitedRole>(clientId ? "admin" : "operator");
  const [language, setLanguage] = useState<Locale>(locale.peek());
  const [token, setToken] = useState<string | null>(null);
  const act = useAct(invite, {
    invalidates: [["invitations"]],
    done: (made) => (made.token ? setToken(made.token) : close()),
  });
  if (token)
    return (
      <Dialog stays title={t("people.invite")} close={close}>
        <Secret label={t("people.link")} value={`${location.origin}/invite#token=${token}`} />
      </Dialog>
    );
  return (
    <FormDialog
      title={t("people.invite")}
      act={t("people.invite")}
      isBusy={act.isRunning}
      problem={act.problem}
      submit={() => void act.run({ email, role, language, ...(clientId ? { client_id: clientId } : {}) })}
      close={close}
    >
      <TextField label={t("people.email")} type="email" required autofocus value={email} onText={setEmail} />
      <Select
        label={t("people.role")}
        hint={t(`people.may_${role}`)}
        value={role}
        options={roles()}
        onPick={(picked) => setRole(picked as InvitedRole)}
      />
      <Select
        label={t("people.language")}
        value={language}
        options={Object.entries(LOCALES).map(([value, label]) => ({ value, label }))}
        onPick={(picked) => setLanguage(picked as Locale)}
      />
    </FormDialog>
  );
}
