import type { ComponentChildren } from "preact";
import { t, tword } from "../../../lib/i18n";
import { Badge, type Tone } from "../../../ui/badge";
import { Page } from "../../../ui/page";
import { Sections } from "../../../ui/sections";

/** The frame of the configuration's three overviews. */
export function SetupFrame({
  actions,
  children,
}: {
  actions?: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <Page title={t("setup.title")} lead={t("setup.lead")} actions={actions}>
      <Sections
        label={t("setup.title")}
        sections={[
          { path: "/configuration", title: t("setup.types") },
          { path: "/configuration/evaluations", title: t("setup.evaluations") },
          { path: "/configuration/budgets", title: t("setup.budgets") },
        ]}
      />
      {children}
    </Page>
  );
}

const TONES: Record<string, Tone> = { published: "good", draft: "doubt", canary: "accent", shadow: "accent" };

/** Where a version stands on its way into and out of force. */
export function StateBadge({ state, percent }: { state: string; percent?: number | null }) {
  return (
    <Badge tone={TONES[state] ?? "plain"} dot>
      {tword("setup.words.lifecycle", state)}
      {percent ? ` ${percent} %` : ""}
    </Badge>
  );
}
