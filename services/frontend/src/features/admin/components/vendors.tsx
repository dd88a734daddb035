import { BadgeCheck, Building2 } from "lucide";
import { useState } from "preact/hooks";
import { ago, day } from "../../../lib/format";
import { t } from "../../../lib/i18n";
import { shownValue } from "../../../lib/kinds";
import { useAct, useList } from "../../../lib/query/use";
import { Badge } from "../../../ui/badge";
import { Button } from "../../../ui/button";
import { TextField } from "../../../ui/field";
import { FormDialog } from "../../../ui/form-dialog";
import { Listed } from "../../../ui/listed";
import type { Column } from "../../../ui/table";
import { toast } from "../../../ui/toasts";
import { listVendors, type Vendor, verifyAccount } from "../api";
import { AdminFrame } from "./frame";

const columns = (verify: (vendor: Vendor) => void): Column<Vendor>[] => [
  {
    title: t("vendors.name"),
    cell: (row) => (
      <span>
        <span class="block font-medium">{row.name}</span>
        <span class="block text-ink-faint text-xs">{row.vat_id}</span>
      </span>
    ),
  },
  { title: t("vendors.accounts"), cell: (row) => <Accounts vendor={row} /> },
  {
    title: t("setup.changed"),
    cell: (row) => ago(row.updated_at),
    class: "hidden md:table-cell text-ink-soft",
  },
  {
    title: t("people.act"),
    right: true,
    cell: (row) => (
      <Button small icon={BadgeCheck} onClick={() => verify(row)}>
        {t("vendors.verify")}
      </Button>
    ),
  },
];

function Accounts({ vendor }: { vendor: Vendor }) {
  if (vendor.accounts.length === 0) return <span class="text-ink-faint">–</span>;
  return (
    <ul class="flex flex-col gap-1">
      {vendor.accounts.map((each) => (
        <li key={each.account} class="flex flex-wrap items-center gap-2">
          <span class="numbers text-xs">{shownValue("iban", each.account)}</span>
          {each.verified_at ? (
            <Badge tone="good">{t("vendors.verified", { day: day(each.verified_at) })}</Badge>
          ) : (
            <Badge tone="doubt">{t("vendors.unverified")}</Badge>
          )}
        </li>
      ))}
    </ul>
  );
}

/** Whom documents ask to pay, and which of their accounts somebody has asked them about. */
export function Vendors() {
  const [chosen, setChosen] = useState<Vendor | null>(null);
  const vendors = useList<Vendor>({ key: ["vendors"], read: listVendors });
  return (
    <AdminFrame>
      <Listed
        label={t("vendors.title")}
        of={vendors}
        columns={columns(setChosen)}
        keyOf={(row) => row.vendor_id}
        icon={Building2}
        empty={t("vendors.none")}
        hint={t("vendors.none_hint")}
      />
      {chosen && <Verify vendor={chosen} close={() => setChosen(null)} />}
    </AdminFrame>
  );
}

function Verify({ vendor, close }: { vendor: Vendor; close: () => void }) {
  const [iban, setIban] = useState("");
  const act = useAct(() => verifyAccount(vendor, iban), {
    invalidates: [["vendors"]],
    done: () => {
      toast(t("vendors.done"));
      close();
    },
  });
  return (
    <FormDialog
      title={t("vendors.verify_title", { name: vendor.name })}
      act={t("vendors.verify")}
      isBusy={act.isRunning}
      problem={act.problem}
      submit={() => void act.run()}
      close={close}
    >
      <p class="text-ink-soft text-sm">{t("vendors.verify_lead")}</p>
      <TextField label="IBAN" class="font-mono" required autofocus value={iban} onText={setIban} />
    </FormDialog>
  );
}
