import { ArrowRight, ClipboardCheck, type IconNode, MailPlus, Settings2, Upload } from "lucide";
import { type TextKey, t } from "../../../lib/i18n";
import { Icon } from "../../../ui/icon";
import { Kbd } from "../../../ui/kbd";
import { Card } from "../../../ui/page";
import { may, type Role } from "../../session/session";

interface Step {
  href: string;
  icon: IconNode;
  title: TextKey;
  hint: TextKey;
  least: Role;
}

const STEPS: readonly Step[] = [
  {
    href: "/upload",
    icon: Upload,
    title: "dashboard.step_upload",
    hint: "dashboard.step_upload_hint",
    least: "operator",
  },
  {
    href: "/reviews",
    icon: ClipboardCheck,
    title: "dashboard.step_review",
    hint: "dashboard.step_review_hint",
    least: "operator",
  },
  {
    href: "/configuration",
    icon: Settings2,
    title: "dashboard.step_setup",
    hint: "dashboard.step_setup_hint",
    least: "admin",
  },
  {
    href: "/admin",
    icon: MailPlus,
    title: "dashboard.step_invite",
    hint: "dashboard.step_invite_hint",
    least: "admin",
  },
];

/** What to do first, where nothing has come in yet. */
export function FirstSteps() {
  const steps = STEPS.filter((step) => may(step.least));
  return (
    <Card title={t("dashboard.welcome")}>
      <p class="px-4 pt-4 text-ink-soft text-sm">
        {t(steps.length > 0 ? "dashboard.welcome_lead" : "dashboard.welcome_viewer")}
      </p>
      <ol class="grid gap-2 p-2 md:grid-cols-2">
        {steps.map((step, place) => (
          <li key={step.href}>
            <a href={step.href} class="group flex h-full items-start gap-3 rounded-lg p-3 hover:bg-sunken">
              <span
                class={`flex size-9 shrink-0 items-center justify-center rounded-lg ${place === 0 ? "bg-accent text-on-accent" : "bg-accent-wash text-accent"}`}
              >
                <Icon of={step.icon} size={18} />
              </span>
              <span class="min-w-0 flex-1">
                <span class="flex items-center gap-1.5 font-medium text-sm">
                  {t(step.title)}
                  <Icon of={ArrowRight} size={14} class="text-ink-faint group-hover:text-accent" />
                </span>
                <span class="mt-0.5 block text-ink-soft text-sm">{t(step.hint)}</span>
              </span>
            </a>
          </li>
        ))}
      </ol>
      <p class="flex items-center gap-1.5 border-line border-t px-4 py-3 text-ink-faint text-xs pointer-coarse:hidden">
        <Kbd keys="?" /> {t("dashboard.keys_hint")}
      </p>
    </Card>
  );
}
