import { t, tword } from "../../../lib/i18n";
import { useQuery } from "../../../lib/query/use";
import { Badge, type Tone } from "../../../ui/badge";
import { Card } from "../../../ui/page";
import { Shown } from "../../../ui/states";
import { readHealth } from "../api";
import { AdminFrame } from "./frame";

const SOUND = new Set(["ok", "ready", "up"]);
const tone = (state: string): Tone =>
  SOUND.has(state) ? "good" : state === "degraded" || state === "missing" ? "doubt" : "bad";

/** What the installation stands on, asked anew every ten seconds. */
export function Health() {
  const health = useQuery({ key: ["health"], read: readHealth, everyMs: 10_000 });
  const checks = Object.entries(health.data?.checks ?? {});
  return (
    <AdminFrame>
      <Card
        title={t("health.title")}
        actions={
          health.data && (
            <Badge tone={tone(health.data.status)} dot>
              {tword("admin.words.health_state", health.data.status)}
            </Badge>
          )
        }
      >
        <Shown of={health} rows={3}>
          <dl>
            {checks.map(([name, state]) => (
              <div
                key={name}
                class="flex items-center justify-between gap-3 border-line border-b px-4 py-3 last:border-0"
              >
                <dt class="font-medium text-sm">{tword("admin.words.health_part", name)}</dt>
                <dd>
                  <Badge tone={tone(String(state))} dot>
                    {tword("admin.words.health_state", String(state))}
                  </Badge>
                </dd>
              </div>
            ))}
          </dl>
        </Shown>
      </Card>
    </AdminFrame>
  );
}
