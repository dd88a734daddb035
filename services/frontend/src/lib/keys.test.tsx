import { fireEvent, render } from "@testing-library/preact";
import { expect, test } from "vitest";
import { listenForKeys, useKeys } from "./keys";

function Page({ pressed }: { pressed: string[] }) {
  useKeys("Page", [
    { keys: "j", label: "Next", run: () => pressed.push("j") },
    { keys: "g r", label: "Reviews", run: () => pressed.push("g r") },
    { keys: "mod+Enter", label: "Send", inFields: true, run: () => pressed.push("send") },
  ]);
  return <input aria-label="Text" />;
}

test("keys act alone, one after another, and in fields only where they may", () => {
  const pressed: string[] = [];
  const stop = listenForKeys();
  const { getByLabelText } = render(<Page pressed={pressed} />);
  fireEvent.keyDown(document.body, { key: "j" });
  fireEvent.keyDown(document.body, { key: "g" });
  fireEvent.keyDown(document.body, { key: "r" });
  const field = getByLabelText("Text");
  fireEvent.keyDown(field, { key: "j" });
  fireEvent.keyDown(field, { key: "Enter", ctrlKey: true });
  stop();
  expect(pressed).toEqual(["j", "g r", "send"]);
});

function Rows({ opened }: { opened: () => void }) {
  useKeys("Rows", [{ keys: "Enter", label: "Open", run: opened }]);
  return <button type="button">Mine</button>;
}

test("Enter presses the button that has the focus, and opens the row where none has", () => {
  let opened = 0;
  const stop = listenForKeys();
  const { getByText } = render(<Rows opened={() => opened++} />);
  expect(fireEvent.keyDown(getByText("Mine"), { key: "Enter" })).toBe(true);
  expect(opened).toBe(0);
  fireEvent.keyDown(document.body, { key: "Enter" });
  stop();
  expect(opened).toBe(1);
});

test("the page behind an open dialog hears nothing", () => {
  const pressed: string[] = [];
  const stop = listenForKeys();
  render(
    <>
      <Page pressed={pressed} />
      <dialog open>Sure?</dialog>
    </>,
  );
  fireEvent.keyDown(document.body, { key: "j" });
  stop();
  expect(pressed).toEqual([]);
});

test("a page that is gone hears no keys", () => {
  const pressed: string[] = [];
  const stop = listenForKeys();
  render(<Page pressed={pressed} />).unmount();
  fireEvent.keyDown(document.body, { key: "j" });
  stop();
  expect(pressed).toEqual([]);
});
