import { KeyRound, Plus, Webhook } from "lucide";
import { useState } from "preact/hooks";
import { t, tn, tword } from "../../../../lib/i18n";
import { useList, useQuery } from "../../../../lib/query/use";
import { Button } from "../../../../ui/button";
import { Dialog } from "../../../../ui/dialog";
import { Listed } from "../../../../ui/listed";
import { Secret } from "../../../../ui/secret";
import { Shown } from "../../../../ui/states";
import type { Column } from "../../../../ui/table";
import { type Endpoint, getCallback, listEndpoints, rotateCallback } from "../../webhooks";
import { AdminFrame } from "../frame";
import { Deliveries } from "./deliveries";
import { EndpointForm } from "./endpoint-form";
import { Rotate } from "./rotate";
import { EndpointState } from "./state";

type Open = "new" | "callback" | "rotate" | null;

/** Where events are sent, and what came of it. */
export function Endpoints() {
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const endpoints = useList<Endpoint>({ key: ["webhook-endpoints", "list"], read: listEndpoints });
  return (
    <AdminFrame
      actions={
        <>
          <Button icon={KeyRound} onClick={() => setOpen("callback")}>
            {t("webhooks.callback")}
          </Button>
          <Button look="primary" icon={Plus} onClick={() => setOpen("new")}>
            {t("webhooks.create")}
          </Button>
        </>
      }
    >
      <Listed
        title={t("webhooks.endpoints")}
        of={endpoints}
        columns={COLUMNS()}
        keyOf={(row) => row.endpoint_id}
        href={(row) => `/admin/webhooks/${row.endpoint_id}`}
        icon={Webhook}
        empty={t("webhooks.none")}
        hint={t("webhooks.none_hint")}
      />
      <Deliveries />
      {open === "new" && <EndpointForm close={close} />}
      {open === "callback" && <Callback close={close} rotate={() => setOpen("rotate")} />}
      {open === "rotate" && <Rotate label={t("webhooks.callback")} rotate={rotateCallback} close={close} />}
    </AdminFrame>
  );
}

const COLUMNS = (): Column<Endpoint>[] => [
  { title: t("webhooks.url"), cell: (row) => <span class="break-all">{row.url}</span> },
  {
    title: t("webhooks.events"),
    cell: (row) => (
      <span
        class="text-ink-soft text-xs"
        title={row.events.map((each) => tword("webhooks.event", each.replace(".", "_"))).join(", ")}
      >
        {tn("webhooks.event_count", row.events.length)}
      </span>
    ),
    class: "hidden sm:table-cell",
  },
  { title: t("setup.state"), cell: (row) => <EndpointState endpoint={row} /> },
];

/** What signs the messages to a process's own `callback_url`; it can be looked up again. */
function Callback({ close, rotate }: { close: () => void; rotate: () => void }) {
  const asked = useQuery({ key: ["webhook-endpoints", "callback"], read: getCallback, staleMs: 0 });
  return (
    <Dialog
      title={t("webhooks.callback")}
      close={close}
      footer={
        <>
          <Button onClick={rotate}>{t("webhooks.rotate")}</Button>
          <Button look="primary" onClick={close}>
            {t("secret.done")}
          </Button>
        </>
      }
    >
      <p class="mb-4 text-ink-soft text-sm">{t("webhooks.callback_lead")}</p>
      <Shown of={asked} rows={1}>
        {asked.data && <Secret label={t("webhooks.secret")} value={asked.data.secret} isKept />}
      </Shown>
    </Dialog>
  );
}
