import { fireEvent, render, screen } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { LocationProvider } from "preact-iso";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { listenForKeys } from "../../../lib/keys";
import { faults } from "../../../lib/testing/axe";
import { serve } from "../../../lib/testing/server";
import type { Case } from "../case";
import { keepDraft, NOTHING } from "../draft";
import { MADE_RESULT, madeCase, madeProcess } from "../made";
import { Desk } from "./desk";

const HELD = {
  "POST /v1/reviews/p1/claim": { body: {} },
  "POST /v1/reviews/p1/release": { status: 204 },
  "GET /v1/reviews/p1": { status: 404, body: { code: "not_found" } },
  "GET /v1/processes/p1": { body: madeProcess() },
  "GET /v1/processes/p1/result": { body: MADE_RESULT },
};
const NO_SAVING = { "PATCH /v1/reviews/p1/fields": { status: 405, body: { code: "method_not_allowed" } } };

let stop: () => void;
beforeEach(() => {
  stop = listenForKeys();
  vi.stubGlobal("matchMedia", (query: string) => ({ matches: !query.includes("coarse") }));
});
afterEach(() => {
  stop();
  keepDraft("p1", NOTHING);
});

function open(latest: Case = madeCase(), next = vi.fn()) {
  const shown = render(
    <LocationProvider>
      <Desk latest={latest} position={1} total="2" previous={null} next={next} reread={vi.fn()} />
    </LocationProvider>,
  );
  return { ...shown, next };
}

const focused = () => document.activeElement?.getAttribute("data-input");

test("Enter goes from doubt to doubt, then to the decision, which brings what was corrected", async () => {
  const asked = serve({
    ...HELD,
    ...NO_SAVING,
    "POST /v1/reviews/p1/decision": { body: madeProcess({ status: "completed" }) },
  });
  const { next, container } = open();
  await expect.poll(focused).toBe("grand_total");
  expect(await faults(container)).toEqual([]);
  await userEvent.keyboard("{Enter}");
  await expect.poll(focused).toBe("currency");
  await userEvent.keyboard("eur{Enter}");
  await expect.poll(() => document.activeElement?.textContent).toContain("Approve");
  await userEvent.keyboard("{Enter}");
  await expect.poll(() => next.mock.calls.length).toBe(1);
  const decision = asked.find((each) => each.url.endsWith("/decision"));
  expect(decision?.headers.get("If-Match")).toBe('"5"');
  expect(await decision?.json()).toMatchObject({ decision: "approve", corrections: { currency: "EUR" } });
});

test("a date is shown as the reader writes it and typed as it is kept", async () => {
  serve({ ...HELD, ...NO_SAVING });
  open();
  await expect.poll(focused).toBe("grand_total");
  const due = screen.getByLabelText("Due date") as HTMLInputElement;
  await userEvent.click(due);
  await userEvent.keyboard("5.3.2018");
  await userEvent.click(screen.getByLabelText("Currency"));
  await expect.poll(() => due.value).toMatch(/Mar/);
  await userEvent.click(due);
  await expect.poll(() => due.value).toBe("2018-03-05");
});

test("a value that cannot be keeps the focus and says why", async () => {
  serve({ ...HELD, ...NO_SAVING });
  open();
  await expect.poll(focused).toBe("grand_total");
  await userEvent.keyboard("much{Enter}");
  expect(focused()).toBe("grand_total");
  expect(screen.getByText("This is not a number.")).toBeTruthy();
});

test("Escape leaves the field, j and k go up and down, r asks for a reason", async () => {
  serve({ ...HELD, ...NO_SAVING });
  const { container } = open();
  await expect.poll(focused).toBe("grand_total");
  await userEvent.keyboard("{Escape}j");
  const active = () => container.querySelector("[data-active]")?.getAttribute("data-field");
  expect(active()).toBe("currency");
  await userEvent.keyboard("k");
  expect(active()).toBe("grand_total");
  await userEvent.keyboard("r");
  expect(screen.getByText("Reject this document?")).toBeTruthy();
});

test("what is already over or only a sample is not rejected by a key", async () => {
  serve({ ...HELD, ...NO_SAVING });
  for (const given of [madeCase({ is_sample: true }), madeCase({}, { status: "completed" })]) {
    const { unmount } = open(given);
    screen.getByLabelText("Seller").blur();
    await userEvent.keyboard("{Escape}r");
    expect(screen.queryByText("Reject this document?")).toBeNull();
    unmount();
  }
});

test("who approved it first may still reject it", async () => {
  const asked = serve({
    ...HELD,
    ...NO_SAVING,
    "POST /v1/reviews/p1/decision": { body: madeProcess({ status: "cancelled" }) },
  });
  const approved = { may_approve: false, approved_by: ["ann"], approvals_required: 2 };
  const { next } = open(madeCase(approved));
  await userEvent.click(screen.getByText("Reject"));
  await userEvent.type(screen.getByLabelText("Reason"), "wrong{Control>}{Enter}{/Control}");
  await expect.poll(() => next.mock.calls.length).toBe(1);
  const decision = asked.find((each) => each.url.endsWith("/decision"));
  expect(await decision?.json()).toMatchObject({ decision: "reject", reason: "wrong" });
});

test("a refused decision loses nothing that was typed, also after another page", async () => {
  serve({
    ...HELD,
    ...NO_SAVING,
    "POST /v1/reviews/p1/decision": { status: 412, body: { code: "precondition_failed", detail: "changed" } },
  });
  const { unmount, next } = open();
  await expect.poll(focused).toBe("grand_total");
  await userEvent.keyboard("120.00{Control>}{Enter}{Enter}{/Control}");
  expect((await screen.findByRole("alert")).textContent).toContain("It has changed since you opened it");
  expect(next).not.toHaveBeenCalled();
  unmount();
  open();
  expect((screen.getByLabelText("Total") as HTMLInputElement).value).toBe("120.00");
});

const APPROVED = {
  ...HELD,
  ...NO_SAVING,
  "POST /v1/reviews/p1/decision": { body: madeProcess({ status: "completed" }) },
};
const decisions = (asked: Request[]) => asked.filter((each) => each.url.endsWith("/decision")).length;

test("approving what nobody checked first shows it, and again approves it", async () => {
  const asked = serve(APPROVED);
  const { next } = open();
  await expect.poll(focused).toBe("grand_total");
  await userEvent.keyboard("{Enter}");
  await expect.poll(focused).toBe("currency");
  screen.getByLabelText("Seller").focus();
  await userEvent.keyboard("{Control>}{Enter}{/Control}");
  await expect.poll(focused).toBe("currency");
  expect(screen.getByText("1 left to check: press again to approve anyway")).toBeTruthy();
  expect(decisions(asked)).toBe(0);
  await userEvent.keyboard("{Control>}{Enter}{/Control}");
  await expect.poll(() => next.mock.calls.length).toBe(1);
  expect(decisions(asked)).toBe(1);
});

test("a key that is held down confirms one field and approves nothing", async () => {
  const asked = serve(APPROVED);
  open();
  await expect.poll(focused).toBe("grand_total");
  const total = screen.getByLabelText("Total");
  fireEvent.keyDown(total, { key: "Enter", ctrlKey: true });
  fireEvent.keyDown(total, { key: "Enter", ctrlKey: true, repeat: true });
  fireEvent.keyDown(total, { key: "Enter", repeat: true });
  await new Promise((done) => setTimeout(done, 50));
  expect(focused()).toBe("grand_total");
  expect(decisions(asked)).toBe(0);
});

test("a twice approves too, and is typed into no field", async () => {
  const asked = serve(APPROVED);
  const { next, container } = open();
  await expect.poll(focused).toBe("grand_total");
  await userEvent.keyboard("{Escape}ja");
  expect(container.querySelector("[data-active]")?.getAttribute("data-field")).toBe("grand_total");
  expect(screen.getByText("2 left to check: press again to approve anyway")).toBeTruthy();
  expect(decisions(asked)).toBe(0);
  await userEvent.keyboard("a");
  await expect.poll(() => next.mock.calls.length).toBe(1);
  expect((screen.getByLabelText("Total") as HTMLInputElement).value).toBe("119.00");
});

const releases = (asked: Request[]) => asked.filter((each) => each.url.endsWith("/release")).length;

test("leaving gives the case back, unless the decision has ended the claim", async () => {
  const asked = serve(APPROVED);
  const left = open();
  await expect.poll(focused).toBe("grand_total");
  left.unmount();
  await expect.poll(() => releases(asked)).toBe(1);
  const decided = open();
  await expect.poll(focused).toBe("grand_total");
  await userEvent.keyboard("{Control>}{Enter}{Enter}{/Control}");
  await expect.poll(() => decided.next.mock.calls.length).toBe(1);
  decided.unmount();
  await new Promise((done) => setTimeout(done));
  expect(releases(asked)).toBe(1);
});

test("what somebody else holds is not given back", async () => {
  const taken = { status: 409, body: { code: "review_claimed", detail: "taken" } };
  const asked = serve({ ...HELD, ...NO_SAVING, "POST /v1/reviews/p1/claim": taken });
  const { unmount } = open();
  await expect.poll(() => asked.some((each) => each.url.includes("/claim?"))).toBe(true);
  await new Promise((done) => setTimeout(done, 50));
  unmount();
  await new Promise((done) => setTimeout(done));
  expect(releases(asked)).toBe(0);
});

test("a case that is left before it is known whose it is takes it from nobody", async () => {
  let answer = () => {};
  const waiting = new Promise<void>((done) => {
    answer = done;
  });
  const asked = serve({
    ...HELD,
    ...NO_SAVING,
    "POST /v1/reviews/p1/claim": async () => {
      await waiting;
      return { status: 409, body: { code: "review_claimed", detail: "taken" } };
    },
  });
  const { unmount } = open();
  await expect.poll(() => asked.some((each) => each.url.includes("/claim?"))).toBe(true);
  unmount();
  answer();
  await new Promise((done) => setTimeout(done, 20));
  expect(releases(asked)).toBe(0);
});

test("a corrected value is kept at once, on the version that was seen", async () => {
  const asked = serve({
    ...HELD,
    "PATCH /v1/reviews/p1/fields": {
      body: {
        version: 6,
        reasons: [],
        findings: [],
        overall_confidence: 0.9,
        result: MADE_RESULT,
      },
    },
  });
  open();
  const currency = screen.getByLabelText("Currency");
  fireEvent.focus(currency);
  await userEvent.type(currency, "eur{Enter}");
  await expect.poll(() => asked.find((each) => each.method === "PATCH")).toBeTruthy();
  const saved = asked.find((each) => each.method === "PATCH");
  expect(await saved?.json()).toEqual({ fields: { currency: "EUR" } });
  expect(saved?.headers.get("If-Match")).toBe('"5"');
});

test("text from a document is only ever text", () => {
  serve({ ...HELD, ...NO_SAVING });
  const { container } = open();
  expect((screen.getByLabelText("Seller") as HTMLInputElement).value).toBe("Werft <b>GmbH</b>");
  expect(container.querySelector("b")).toBeNull();
});
