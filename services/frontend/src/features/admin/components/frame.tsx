import type { ComponentChildren } from "preact";
import { t } from "../../../lib/i18n";
import { Page } from "../../../ui/page";
import { Sections } from "../../../ui/sections";
import { may } from "../../session/session";

const ofClient = () => [
  { path: "/admin", title: t("people.title") },
  { path: "/admin/security", title: t("security.title") },
  { path: "/admin/keys", title: t("apikeys.title") },
  { path: "/admin/webhooks", title: t("webhooks.title") },
  { path: "/admin/notifications", title: t("notifications.title") },
  { path: "/admin/dead", title: t("dead.title") },
  { path: "/admin/usage", title: t("usage.title") },
  { path: "/admin/vendors", title: t("vendors.title") },
  { path: "/admin/retention", title: t("retention.section") },
  { path: "/admin/audit", title: t("audit.title") },
  { path: "/admin/health", title: t("health.title") },
];

const ofPlatform = () => [
  { path: "/clients", title: t("clients.title") },
  { path: "/clients/alerts", title: t("notifications.alerts") },
  { path: "/clients/dead", title: t("dead.title") },
  { path: "/clients/health", title: t("health.title") },
];

/** The frame of everything that an admin looks after: of a client, or of all of them. */
export function AdminFrame({
  actions,
  children,
}: {
  actions?: ComponentChildren;
  children: ComponentChildren;
}) {
  const isPlatform = may("platform_admin");
  const title = t(isPlatform ? "nav.platform" : "admin.title");
  return (
    <Page title={title} lead={t(isPlatform ? "clients.lead" : "admin.lead")} actions={actions}>
      <Sections label={title} sections={isPlatform ? ofPlatform() : ofClient()} />
      {children}
    </Page>
  );
}
