import { useState } from "preact/hooks";
import { day, dollars, number } from "../../../lib/format";
import { t } from "../../../lib/i18n";
import { useAct, useQuery } from "../../../lib/query/use";
import { Badge } from "../../../ui/badge";
import { Button } from "../../../ui/button";
import { TextField } from "../../../ui/field";
import { Card } from "../../../ui/page";
import { Shown, Trouble } from "../../../ui/states";
import { toast } from "../../../ui/toasts";
import { type Budget, type Budgets, readBudgets, setBudgets } from "../api";
import { SetupFrame } from "./frame";

const money = (usd: string) => dollars(Number(usd) * 1e6);

/** "5.000000" → "5" */
const shortened = (usd: string | null) => usd?.replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "") ?? "";

function spentOf(spent: string, cap: string | null): string {
  return cap === null ? t("budgets.spent", { spent }) : t("budgets.of", { spent, cap });
}

/** What models may cost in a day and in a month, and what they have cost. */
export function BudgetsPage() {
  const budgets = useQuery<Budgets>({ key: ["budgets"], read: readBudgets });
  return (
    <SetupFrame>
      <Shown of={budgets}>
        {budgets.data && (
          <>
            <div class="grid gap-5 md:grid-cols-2">
              <BudgetCard of="day" budget={budgets.data.day} />
              <BudgetCard of="month" budget={budgets.data.month} />
            </div>
            {budgets.data.token_balance !== null && (
              <p class="text-ink-soft text-sm">
                {t("budgets.balance", { tokens: number(budgets.data.token_balance) })}
              </p>
            )}
          </>
        )}
      </Shown>
    </SetupFrame>
  );
}

function BudgetCard({ of, budget }: { of: "day" | "month"; budget: Budget }) {
  const [cost, setCost] = useState(shortened(budget.cap_cost));
  const [tokens, setTokens] = useState(budget.cap_tokens?.toString() ?? "");
  const act = useAct(setBudgets, { invalidates: [["budgets"]], done: () => toast(t("setup.saved")) });
  const submit = (event: Event) => {
    event.preventDefault();
    const caps = { cap_cost: cost || null, cap_tokens: tokens ? Number(tokens) : null };
    void act.run({ [of]: caps } as never);
  };
  const spentCost = Number(budget.spent_cost) + Number(budget.reserved_cost);
  const spentTokens = budget.spent_tokens + budget.reserved_tokens;
  return (
    <Card
      title={t(of === "day" ? "budgets.day" : "budgets.month", { from: day(budget.period_start) })}
      actions={
        budget.warned_percent > 0 && (
          <Badge tone={budget.warned_percent >= 100 ? "bad" : "doubt"}>
            {t("budgets.warned", { percent: budget.warned_percent })}
          </Badge>
        )
      }
    >
      <form class="flex flex-col gap-4 p-4" onSubmit={submit}>
        <Meter
          label={t("usage.cost")}
          spent={spentCost}
          cap={budget.cap_cost === null ? null : Number(budget.cap_cost)}
          words={spentOf(dollars(spentCost * 1e6), budget.cap_cost && money(budget.cap_cost))}
        />
        <Meter
          label={t("usage.tokens")}
          spent={spentTokens}
          cap={budget.cap_tokens}
          words={spentOf(number(spentTokens), budget.cap_tokens === null ? null : number(budget.cap_tokens))}
        />
        {act.problem && <Trouble problem={act.problem} compact />}
        <div class="grid gap-3 sm:grid-cols-2">
          <TextField
            label={t("budgets.cap_cost")}
            type="number"
            min={0}
            step="any"
            placeholder={t("budgets.no_cap")}
            value={cost}
            onText={setCost}
          />
          <TextField
            label={t("budgets.cap_tokens")}
            type="number"
            min={0}
            placeholder={t("budgets.no_cap")}
            value={tokens}
            onText={setTokens}
          />
        </div>
        <div>
          <Button type="submit" look="primary" isBusy={act.isRunning}>
            {t("common.save")}
          </Button>
        </div>
      </form>
    </Card>
  );
}

function Meter({
  label,
  spent,
  cap,
  words,
}: {
  label: string;
  spent: number;
  cap: number | null;
  words: string;
}) {
  const share = cap ? Math.min(1, spent / cap) : 0;
  const tone = share >= 1 ? "bg-bad" : share >= 0.8 ? "bg-doubt" : "bg-accent";
  return (
    <div class="flex flex-col gap-1.5">
      <p class="flex justify-between gap-2 text-sm">
        <span class="font-medium">{label}</span>
        <span class="numbers text-ink-soft">{words}</span>
      </p>
      {cap !== null && (
        <div class="h-2 overflow-hidden rounded-full bg-line" aria-hidden="true">
          <div class={`h-full rounded-full ${tone}`} style={{ width: `${share * 100}%` }} />
        </div>
      )}
    </div>
  );
}
