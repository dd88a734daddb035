import { fireEvent, render, screen } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { useState } from "preact/hooks";
import { LocationProvider } from "preact-iso";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { queries } from "../../../lib/query/client";
import { useQuery } from "../../../lib/query/use";
import { serve } from "../../../lib/testing/server";
import { caseKey } from "../api";
import type { Case } from "../case";
import { keepDraft, NOTHING } from "../draft";
import { MADE_RESULT, madeCase } from "../made";
import { Desk } from "./desk";

const DOUBT = { code: "rule_failed", field: "seller_name", message: "seller_name is not a known vendor" };
const OLD = [{ code: "confidence_low", field: "grand_total", message: "low" }];

let answer: () => void;
beforeEach(() => {
  vi.stubGlobal("matchMedia", (query: string) => ({ matches: !query.includes("coarse") }));
  const waiting = new Promise<void>((done) => {
    answer = done;
  });
  serve({
    "POST /v1/reviews/p1/claim": { body: {} },
    "POST /v1/reviews/p1/release": { status: 204 },
    "PATCH /v1/reviews/p1/fields": async () => {
      await waiting;
      return {
        body: {
          version: 6,
          reasons: [...OLD, DOUBT],
          findings: [],
          overall_confidence: 0.5,
          result: MADE_RESULT,
        },
      };
    },
  });
});
afterEach(() => {
  keepDraft("p1", NOTHING);
  queries.clear();
});

/** The screen's own way: what saving keeps comes back through the query. */
function Opened({ first }: { first: Case }) {
  const [read] = useState(() => () => Promise.resolve(first));
  const found = useQuery<Case>({ key: caseKey("p1"), read, staleMs: 60_000 });
  if (!found.data) return null;
  return <Desk latest={found.data} position={1} total="1" previous={null} next={null} reread={vi.fn()} />;
}

async function open() {
  const shown = render(
    <LocationProvider>
      <Opened first={madeCase({ reasons: OLD })} />
    </LocationProvider>,
  );
  await expect.poll(focused).toBe("grand_total");
  return shown;
}

const focused = () => document.activeElement?.getAttribute("data-input");
const isDoubtful = () =>
  document.querySelector('[aria-labelledby="doubtful-title"] [data-field="seller_name"]') !== null;

test("a field that a rule doubts after it was kept moves up with the focus and what is typed in it", async () => {
  await open();
  const seller = screen.getByLabelText("Seller") as HTMLInputElement;
  seller.focus();
  await userEvent.clear(seller);
  await userEvent.type(seller, "Werft AG");
  fireEvent.blur(seller);
  seller.setSelectionRange(2, 4);
  answer();
  await expect.poll(isDoubtful).toBe(true);
  const moved = screen.getByLabelText("Seller") as HTMLInputElement;
  expect(moved).not.toBe(seller);
  expect(document.activeElement).toBe(moved);
  expect([moved.value, moved.selectionStart, moved.selectionEnd]).toEqual(["Werft AG", 2, 4]);
});

test("what a rule newly doubts is looked at before the decision, which had the focus already", async () => {
  await open();
  await userEvent.keyboard("{Enter}");
  await expect.poll(() => document.activeElement?.textContent).toContain("Approve");
  const seller = screen.getByLabelText("Seller");
  seller.focus();
  await userEvent.type(seller, "Werft AG{Enter}");
  await expect.poll(() => document.activeElement?.textContent).toContain("Approve");
  answer();
  await expect.poll(focused).toBe("seller_name");
  expect(screen.getAllByText("1 left to check").length).toBeGreaterThan(0);
});
