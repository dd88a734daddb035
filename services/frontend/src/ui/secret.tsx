import { Copy } from "lucide";
import { t } from "../lib/i18n";
import { Button } from "./button";
import { toast } from "./toasts";

/** What is shown this once: to be copied now, or made anew later. `isKept`: it can be looked up again. */
export function Secret({ label, value, isKept }: { label: string; value: string; isKept?: boolean }) {
  const copy = async () => {
    await navigator.clipboard.writeText(value).then(
      () => toast(t("secret.copied")),
      () => toast(t("secret.copy_failed"), { isBad: true }),
    );
  };
  return (
    <div class="flex flex-col gap-2">
      <p class="font-medium text-sm">{label}</p>
      <div class="flex items-center gap-2 rounded-lg border border-line bg-sunken p-2">
        <code class="min-w-0 flex-1 select-all break-all font-mono text-xs">{value}</code>
        <Button small icon={Copy} onClick={() => void copy()}>
          {t("secret.copy")}
        </Button>
      </div>
      {!isKept && <p class="text-ink-soft text-xs">{t("secret.shown_once")}</p>}
    </div>
  );
}
