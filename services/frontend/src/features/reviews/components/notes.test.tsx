import { fireEvent, render, screen } from "@testing-library/preact";
import { expect, test } from "vitest";
import { t } from "../../../lib/i18n";
import { serve } from "../../../lib/testing/server";
import { madeCase } from "../made";
import { Notes } from "./notes";

test("a note is sent once, however long its keys are held, and what is typed meanwhile stays", async () => {
  let answer = () => {};
  const waiting = new Promise<void>((done) => {
    answer = done;
  });
  const asked = serve({
    "POST /v1/reviews/p1/notes": async () => {
      await waiting;
      return { body: { text: "Call them", by: "a", at: "2026-03-05T10:00:00Z" } };
    },
  });
  render(<Notes of={madeCase()} />);
  const field = screen.getByLabelText(t("reviews.note")) as HTMLTextAreaElement;
  fireEvent.input(field, { target: { value: "Call them" } });
  fireEvent.keyDown(field, { key: "Enter", ctrlKey: true });
  fireEvent.keyDown(field, { key: "Enter", ctrlKey: true, repeat: true });
  fireEvent.input(field, { target: { value: "Call them tomorrow" } });
  answer();
  await new Promise((done) => setTimeout(done, 30));
  expect(asked).toHaveLength(1);
  expect(field.value).toBe("Call them tomorrow");
});
