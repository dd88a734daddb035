import { t } from "../lib/i18n";
import { scopes } from "../lib/keys";
import { Dialog } from "../ui/dialog";
import { Kbd } from "../ui/kbd";

/** Everything that can be pressed on this page. */
export function Shortcuts({ close }: { close: () => void }) {
  return (
    <Dialog title={t("keys.title")} close={close} wide>
      <div class="grid gap-6 sm:grid-cols-2">
        {scopes.value.toReversed().map((scope) => (
          <section key={scope.title}>
            <h3 class="mb-2 font-medium text-ink-faint text-xs">{scope.title}</h3>
            <dl class="flex flex-col gap-1.5">
              {scope.shortcuts.map((each) => (
                <div key={each.keys} class="flex items-center justify-between gap-4">
                  <dt class="text-sm">{each.label}</dt>
                  <dd>
                    <span class="sr-only">{each.keys}</span>
                    <Kbd keys={each.keys} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
