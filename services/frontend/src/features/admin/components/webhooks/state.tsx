import { t, tword } from "../../../../lib/i18n";
import { Badge, type Tone } from "../../../../ui/badge";
import type { Delivery, Endpoint } from "../../webhooks";

export function EndpointState({ endpoint }: { endpoint: Endpoint }) {
  if (endpoint.state !== "active") return <Badge>{t("webhooks.disabled")}</Badge>;
  return endpoint.failing_since ? (
    <Badge tone="bad" dot>
      {t("webhooks.failing")}
    </Badge>
  ) : (
    <Badge tone="good" dot>
      {t("webhooks.active")}
    </Badge>
  );
}

const TONES: Record<Delivery["state"], Tone> = {
  pending: "doubt",
  sending: "accent",
  delivered: "good",
  failed: "bad",
};

export function DeliveryState({ state }: { state: Delivery["state"] }) {
  return (
    <Badge tone={TONES[state]} dot>
      {tword("webhooks.state", state)}
    </Badge>
  );
}
