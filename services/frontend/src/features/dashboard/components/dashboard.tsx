import { useEffect, useState } from "preact/hooks";
import { t } from "../../../lib/i18n";
import { onSnapshot } from "../../../lib/live";
import { queries } from "../../../lib/query/client";
import { useQuery } from "../../../lib/query/use";
import { inTurns } from "../../../lib/turns";
import { Page } from "../../../ui/page";
import { Loading } from "../../../ui/states";
import { may } from "../../session/session";
import { getNewest } from "../api";
import { Figures } from "./figures";
import { FirstSteps } from "./first-steps";
import { NeedsMe } from "./needs-me";
import { Running } from "./running";

const SETTLE_MS = 1_500;

/** What needs me, what runs, and how it goes. */
export function Dashboard() {
  const [days, setDays] = useState<7 | 30>(7);
  useFresh();
  const newest = useQuery({ key: ["dashboard", "newest"], read: getNewest, staleMs: 0 });
  if (newest.data?.data.length === 0)
    return (
      <Page title={t("dashboard.title")} lead={t("dashboard.lead")}>
        {/* What was kept may be older than the first document. */}
        {newest.isFetchedAfterMount ? <FirstSteps /> : <Loading />}
      </Page>
    );
  return (
    <Page title={t("dashboard.title")} lead={t("dashboard.lead")}>
      <div class="grid gap-4 lg:grid-cols-2">
        {may("operator") && <NeedsMe />}
        <Running />
      </div>
      <section class="flex flex-col gap-3">
        <div class="flex items-center justify-between gap-3">
          <h2 class="font-semibold text-lg">{t("dashboard.how_it_goes")}</h2>
          <fieldset class="flex rounded-lg border border-line bg-surface p-0.5">
            <legend class="sr-only">{t("dashboard.span")}</legend>
            {([7, 30] as const).map((each) => (
              <button
                key={each}
                type="button"
                aria-pressed={days === each}
                class="rounded-md px-2.5 py-1 text-ink-soft text-xs aria-pressed:bg-accent-wash aria-pressed:font-medium aria-pressed:text-accent"
                onClick={() => setDays(each)}
              >
                {t("dashboard.days", { days: each })}
              </button>
            ))}
          </fieldset>
        </div>
        <Figures days={days} />
      </section>
    </Page>
  );
}

/** Reads anew a while after something changed, however much changes. */
function useFresh(): void {
  useEffect(() => {
    const reading = inTurns(() => queries.invalidateQueries({ queryKey: ["dashboard"] }), SETTLE_MS);
    const stop = onSnapshot(reading.ask);
    return () => {
      reading.stop();
      stop();
    };
  }, []);
}
