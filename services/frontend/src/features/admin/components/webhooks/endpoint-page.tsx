import { ArrowLeft, KeyRound, Pencil, Power, Send, Trash2 } from "lucide";
import { useState } from "preact/hooks";
import { useLocation, useRoute } from "preact-iso";
import { dateTime } from "../../../../lib/format";
import { t, tword } from "../../../../lib/i18n";
import { useAct, useQuery } from "../../../../lib/query/use";
import { Badge } from "../../../../ui/badge";
import { Button } from "../../../../ui/button";
import { Confirm } from "../../../../ui/confirm";
import { Icon } from "../../../../ui/icon";
import { Card } from "../../../../ui/page";
import { Shown, Trouble } from "../../../../ui/states";
import { toast } from "../../../../ui/toasts";
import {
  changeEndpoint,
  type Endpoint,
  getEndpoint,
  removeEndpoint,
  rotateSecret,
  sendTest,
} from "../../webhooks";
import { AdminFrame } from "../frame";
import { Deliveries } from "./deliveries";
import { EndpointForm } from "./endpoint-form";
import { Rotate } from "./rotate";
import { EndpointState } from "./state";

/** One endpoint: what it is sent, how it fares, and its log. */
export function EndpointPage() {
  const id = useRoute().params.id ?? "";
  const endpoint = useQuery<Endpoint>({
    key: ["webhook-endpoints", id],
    read: (signal) => getEndpoint(id, signal),
  });
  return (
    <AdminFrame>
      <a
        href="/admin/webhooks"
        class="inline-flex items-center gap-1.5 self-start text-ink-soft text-sm hover:text-ink"
      >
        <Icon of={ArrowLeft} size={14} />
        {t("webhooks.all")}
      </a>
      <Shown of={endpoint} rows={3}>
        {endpoint.data && (
          <>
            <About endpoint={endpoint.data} />
            <Deliveries endpointId={id} />
          </>
        )}
      </Shown>
    </AdminFrame>
  );
}

type Open = "edit" | "rotate" | "remove" | null;

function About({ endpoint }: { endpoint: Endpoint }) {
  const { route } = useLocation();
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const isActive = endpoint.state === "active";
  const invalidates = [["webhook-endpoints"]];
  const test = useAct(() => sendTest(endpoint.endpoint_id), {
    invalidates: [["webhook-deliveries"]],
    done: () => toast(t("webhooks.tested")),
  });
  const turn = useAct(() => changeEndpoint(endpoint, { state: isActive ? "disabled" : "active" } as never), {
    invalidates,
  });
  const remove = useAct(() => removeEndpoint(endpoint.endpoint_id), {
    done: () => {
      toast(t("webhooks.removed"));
      route("/admin/webhooks");
    },
  });
  const problem = test.problem ?? turn.problem;
  return (
    <Card
      title={<span class="break-all">{endpoint.url}</span>}
      actions={<EndpointState endpoint={endpoint} />}
    >
      <div class="flex flex-col gap-4 p-4">
        {problem && <Trouble problem={problem} compact />}
        {endpoint.failing_since && (
          <p class="rounded-lg bg-bad-wash px-3 py-2 text-bad text-sm">
            {t("webhooks.failing_since", { at: dateTime(endpoint.failing_since) })}
          </p>
        )}
        <Facts endpoint={endpoint} />
        <div class="flex flex-wrap gap-2">
          <Button icon={Send} isBusy={test.isRunning} disabled={!isActive} onClick={() => void test.run()}>
            {t("webhooks.test")}
          </Button>
          <Button icon={Pencil} onClick={() => setOpen("edit")}>
            {t("webhooks.edit")}
          </Button>
          <Button icon={KeyRound} onClick={() => setOpen("rotate")}>
            {t("webhooks.rotate")}
          </Button>
          <Button icon={Power} isBusy={turn.isRunning} onClick={() => void turn.run()}>
            {t(isActive ? "webhooks.disable" : "webhooks.enable")}
          </Button>
          <Button look="danger" icon={Trash2} onClick={() => setOpen("remove")}>
            {t("webhooks.remove")}
          </Button>
        </div>
      </div>
      {open === "edit" && <EndpointForm endpoint={endpoint} close={close} />}
      {open === "rotate" && (
        <Rotate
          label={endpoint.url}
          rotate={(overlap) => rotateSecret(endpoint.endpoint_id, overlap)}
          close={close}
        />
      )}
      {open === "remove" && (
        <Confirm
          title={t("webhooks.remove_title")}
          act={t("webhooks.remove")}
          isBusy={remove.isRunning}
          problem={remove.problem}
          run={() => void remove.run()}
          close={close}
        >
          {t("webhooks.remove_lead")}
        </Confirm>
      )}
    </Card>
  );
}

function Facts({ endpoint }: { endpoint: Endpoint }) {
  return (
    <dl class="grid gap-x-6 gap-y-3 text-sm sm:grid-cols-[auto_1fr]">
      <dt class="text-ink-faint">{t("webhooks.events")}</dt>
      <dd class="flex flex-wrap gap-1.5">
        {endpoint.events.map((each) => (
          <Badge key={each}>{tword("webhooks.event", each.replace(".", "_"))}</Badge>
        ))}
      </dd>
      <dt class="text-ink-faint">{t("webhooks.headers")}</dt>
      <dd>
        {endpoint.header_names.length > 0 ? (
          <code class="font-mono text-xs">{endpoint.header_names.join(", ")}</code>
        ) : (
          t("webhooks.no_headers")
        )}
      </dd>
      <dt class="text-ink-faint">{t("webhooks.secret")}</dt>
      <dd>
        {endpoint.old_secret_until && Date.parse(endpoint.old_secret_until) > Date.now()
          ? t("webhooks.two_secrets", { at: dateTime(endpoint.old_secret_until) })
          : t("webhooks.one_secret")}
      </dd>
      <dt class="text-ink-faint">{t("webhooks.since")}</dt>
      <dd>{dateTime(endpoint.created_at)}</dd>
    </dl>
  );
}
