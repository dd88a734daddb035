import { useState } from "preact/hooks";
import { t, tword } from "../../../../lib/i18n";
import { useAct } from "../../../../lib/query/use";
import { Button } from "../../../../ui/button";
import { Dialog } from "../../../../ui/dialog";
import { Checkbox, TextArea, TextField } from "../../../../ui/field";
import { FormDialog } from "../../../../ui/form-dialog";
import { Picks } from "../../../../ui/picks";
import { Secret } from "../../../../ui/secret";
import { readHeaders } from "../../headers";
import { changeEndpoint, type Endpoint, EVENTS, type Event, makeEndpoint } from "../../webhooks";

/** A new endpoint, or another address, other events or headers of one there is. The headers' values are never shown again. */
export function EndpointForm({ endpoint, close }: { endpoint?: Endpoint; close: () => void }) {
  const [url, setUrl] = useState(endpoint?.url ?? "");
  const [events, setEvents] = useState<Event[]>(
    (endpoint?.events as Event[] | undefined) ?? ["process.completed", "process.failed"],
  );
  const [headers, setHeaders] = useState("");
  const [setsHeaders, setSetsHeaders] = useState(!endpoint);
  const [secret, setSecret] = useState<string | null>(null);
  const read = readHeaders(headers);
  const invalidates = [["webhook-endpoints"]];
  const make = useAct(makeEndpoint, {
    invalidates,
    done: (made) => (made.secret ? setSecret(made.secret) : close()),
  });
  const change = useAct((given: object) => changeEndpoint(endpoint as Endpoint, given), {
    invalidates,
    done: close,
  });
  if (secret) return <SecretDialog title={t("webhooks.made")} label={url} secret={secret} close={close} />;
  const act = endpoint ? change : make;
  const submit = () => {
    const given = { url, events, ...(setsHeaders ? { headers: read.headers } : {}) };
    if (read.wrongLine === undefined) void act.run(given as never);
  };
  return (
    <FormDialog
      title={t(endpoint ? "webhooks.edit" : "webhooks.create")}
      act={t(endpoint ? "common.save" : "webhooks.create")}
      isBusy={act.isRunning}
      disabled={events.length === 0}
      problem={act.problem}
      submit={submit}
      close={close}
    >
      <TextField
        label={t("webhooks.url")}
        hint={t("webhooks.url_hint")}
        type="url"
        required
        autofocus
        placeholder="https://"
        value={url}
        onText={setUrl}
      />
      <Picks
        legend={t("webhooks.events")}
        columns
        options={EVENTS.map((value) => ({
          value,
          label: tword("webhooks.event", value.replace(".", "_")),
          hint: <code class="font-mono">{value}</code>,
        }))}
        chosen={events}
        pick={setEvents}
      />
      {endpoint && (
        <Checkbox
          label={t("webhooks.set_headers")}
          hint={
            endpoint.header_names.length > 0
              ? t("webhooks.has_headers", { names: endpoint.header_names.join(", ") })
              : t("webhooks.no_headers")
          }
          checked={setsHeaders}
          onToggle={setSetsHeaders}
        />
      )}
      {setsHeaders && (
        <TextArea
          label={t("webhooks.headers")}
          hint={t("webhooks.headers_hint")}
          class="font-mono"
          rows={3}
          placeholder="X-Api-Key: …"
          spellcheck={false}
          value={headers}
          wrong={
            read.wrongLine === undefined ? undefined : t("webhooks.wrong_header", { line: read.wrongLine })
          }
          onText={setHeaders}
        />
      )}
    </FormDialog>
  );
}

/** A secret that was just made, to be copied. */
export function SecretDialog({
  title,
  label,
  secret,
  close,
}: {
  title: string;
  label: string;
  secret: string;
  close: () => void;
}) {
  return (
    <Dialog
      stays
      title={title}
      close={close}
      footer={
        <Button look="primary" onClick={close}>
          {t("secret.done")}
        </Button>
      }
    >
      <Secret label={label} value={secret} />
      <p class="mt-3 text-ink-soft text-sm">{t("webhooks.secret_hint")}</p>
    </Dialog>
  );
}
