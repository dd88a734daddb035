import type { ComponentChildren } from "preact";
import { t } from "../../../lib/i18n";
import { Page } from "../../../ui/page";
import { Sections } from "../../../ui/sections";

/** The frame of everything that an admin of a client looks after. */
export function AdminFrame({
  actions,
  children,
}: {
  actions?: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <Page title={t("admin.title")} lead={t("admin.lead")} actions={actions}>
      <Sections
        label={t("admin.title")}
        sections={[
          { path: "/admin", title: t("people.title") },
          { path: "/admin/keys", title: t("apikeys.title") },
          { path: "/admin/usage", title: t("usage.title") },
          { path: "/admin/vendors", title: t("vendors.title") },
          { path: "/admin/audit", title: t("audit.title") },
          { path: "/admin/health", title: t("health.title") },
        ]}
      />
      {children}
    </Page>
  );
}
