import { useState } from "preact/hooks";
import { number } from "../../../lib/format";
import { t, tn } from "../../../lib/i18n";
import { type Act, useAct, useQuery } from "../../../lib/query/use";
import { Button } from "../../../ui/button";
import { Confirm } from "../../../ui/confirm";
import { TextField } from "../../../ui/field";
import { Card } from "../../../ui/page";
import { Shown } from "../../../ui/states";
import { toast } from "../../../ui/toasts";
import { keepFor, type Retention, readRetention } from "../api";
import { AdminFrame } from "./frame";

const KEY = ["retention"];
const MOST_DAYS = 36_500;
/** The server counts no further. */
const COUNTED = 10_000;

/** For how long documents are kept, and how many are old enough to go. */
export function RetentionPage() {
  const found = useQuery<Retention>({ key: KEY, read: (signal) => readRetention(signal) });
  return (
    <AdminFrame>
      <Shown of={found} rows={2}>
        {found.data && <Keeping key={found.data.keep_days} now={found.data} />}
      </Shown>
    </AdminFrame>
  );
}

function Keeping({ now }: { now: Retention }) {
  const [typed, setTyped] = useState(now.keep_days?.toString() ?? "");
  const [isAsking, ask] = useState(false);
  const act = useAct(keepFor, {
    invalidates: [KEY],
    done: () => {
      ask(false);
      toast(t("setup.saved"));
    },
  });
  const days = typed === "" ? null : Number(typed);
  const submit = (event: Event) => {
    event.preventDefault();
    ask(true);
  };
  return (
    <Card title={t("retention.title")}>
      <form class="flex flex-col gap-4 p-4" onSubmit={submit}>
        <div class="text-sm">
          <p class="font-medium">
            {now.keep_days === null ? t("retention.for_ever") : tn("retention.kept", now.keep_days)}
          </p>
          {now.keep_days !== null && <p class="text-ink-soft">{dueText(now.due)}</p>}
        </div>
        <TextField
          label={t("retention.days")}
          hint={t("retention.hint")}
          type="number"
          min={1}
          max={MOST_DAYS}
          step={1}
          class="max-w-40"
          placeholder={t("retention.no_end")}
          value={typed}
          onText={setTyped}
        />
        <div>
          <Button type="submit" look="primary" disabled={days === now.keep_days}>
            {t("common.save")}
          </Button>
        </div>
      </form>
      {isAsking && (
        <Sure
          days={days}
          act={act}
          close={() => {
            act.forget();
            ask(false);
          }}
        />
      )}
    </Card>
  );
}

/** Names what the days would let go before they are saved. */
function Sure({
  days,
  act,
  close,
}: {
  days: number | null;
  act: Act<number | null, Retention>;
  close: () => void;
}) {
  const found = useQuery<Retention>({
    key: [...KEY, "if", days],
    read: (signal) => readRetention(signal, days ?? undefined),
    enabled: days !== null,
  });
  const isCounting = days !== null && !found.data && !found.isError;
  return (
    <Confirm
      title={days === null ? t("retention.for_ever_title") : tn("retention.erase_title", days)}
      act={days === null ? t("retention.keep") : tn("retention.erase", days)}
      isBusy={act.isRunning || isCounting}
      problem={act.problem ?? found.error}
      run={() => void act.run(days)}
      close={close}
    >
      {days !== null && found.data && <p class="mb-2 font-medium text-ink">{dueText(found.data.due)}</p>}
      <p>{t(days === null ? "retention.for_ever_lead" : "retention.erase_lead")}</p>
    </Confirm>
  );
}

function dueText(due: number): string {
  if (due === 0) return t("retention.due_none");
  return due >= COUNTED ? t("retention.due_many", { count: number(COUNTED) }) : tn("retention.due", due);
}
