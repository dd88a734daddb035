import { ArrowRight, CircleCheck, ScanSearch } from "lucide";
import { reasonText } from "../../../lib/findings";
import { ago } from "../../../lib/format";
import { t, tn } from "../../../lib/i18n";
import { isLive } from "../../../lib/live";
import { useQuery } from "../../../lib/query/use";
import { said } from "../../../lib/said";
import { LinkButton } from "../../../ui/button";
import { Icon } from "../../../ui/icon";
import { Card } from "../../../ui/page";
import { Empty, Shown } from "../../../ui/states";
import { getFailed, getReviews, MOST_REVIEWS } from "../api";

const SLOWLY_MS = 10_000;

/** Reviews by their reason, and what failed. */
export function NeedsMe() {
  const every = isLive.value ? {} : { everyMs: SLOWLY_MS };
  const reviews = useQuery({ key: ["dashboard", "reviews"], read: getReviews, ...every });
  const failed = useQuery({ key: ["dashboard", "failed"], read: getFailed, ...every });
  const waiting = reviews.data?.data ?? [];
  const broken = failed.data?.data ?? [];
  const count = reviews.data?.has_more ? `${MOST_REVIEWS}+` : String(waiting.length);
  return (
    <Card
      title={t("dashboard.needs_me")}
      actions={
        waiting.length > 0 && (
          <LinkButton look="primary" icon={ScanSearch} href="/reviews" class="h-8!">
            {t("dashboard.review", { count })}
          </LinkButton>
        )
      }
    >
      <Shown
        of={reviews}
        rows={4}
        isEmpty={waiting.length === 0 && broken.length === 0}
        empty={
          <Empty icon={CircleCheck} title={t("dashboard.nothing_waits")}>
            {t("dashboard.nothing_waits_hint")}
          </Empty>
        }
      >
        <ul class="flex flex-col p-2">
          {byReason(waiting).map(({ code, count: of }) => (
            <li key={code}>
              <a
                href={`/reviews?reason=${code}`}
                class="group flex items-center gap-3 rounded-lg px-2 py-1.5 text-sm hover:bg-sunken"
              >
                <span class="numbers min-w-5 text-right font-semibold">{of}</span>
                <span class="flex-1">{reasonText({ code })}</span>
                <Icon of={ArrowRight} size={14} class="text-ink-faint opacity-0 group-hover:opacity-100" />
              </a>
            </li>
          ))}
        </ul>
        {broken.length > 0 && (
          <div class="border-line border-t p-2">
            <p class="flex justify-between px-2 py-1 text-ink-faint text-xs">
              <span>
                {failed.data?.has_more ? t("dashboard.failed_many") : tn("dashboard.failed", broken.length)}
              </span>
              <a href="/processes?status=failed" class="-m-1.5 p-1.5 text-accent hover:underline">
                {t("dashboard.all")}
              </a>
            </p>
            <ul>
              {broken.slice(0, 3).map((process) => (
                <li key={process.process_id}>
                  <a
                    href={`/processes/${process.process_id}`}
                    class="flex items-baseline gap-3 rounded-lg px-2 py-1.5 text-sm hover:bg-sunken"
                  >
                    <span class="min-w-0 flex-1 truncate">
                      {process.documents[0]?.file_name ?? process.external_id ?? process.process_id}
                    </span>
                    <span class="truncate text-bad text-xs">
                      {process.error && (said("file_problems", process.error.code) ?? process.error.message)}
                    </span>
                    <span class="whitespace-nowrap text-ink-faint text-xs">{ago(process.created_at)}</span>
                  </a>
                </li>
              ))}
            </ul>
          </div>
        )}
      </Shown>
    </Card>
  );
}

/** A review counts under each of its reasons, once. */
export function byReason(
  reviews: readonly { reasons: readonly { code: string }[] }[],
): { code: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const review of reviews)
    for (const code of new Set(review.reasons.map((each) => each.code)))
      counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts].map(([code, count]) => ({ code, count })).sort((one, other) => other.count - one.count);
}
