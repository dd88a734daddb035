import { render } from "@testing-library/preact";
import { expect, test } from "vitest";
import type { ViewerBox, ViewerPage } from "./pages";
import { Viewer } from "./viewer";

test("each page holds the places on it", () => {
  const pages: ViewerPage[] = ["one", "two", "three"].map((key) => ({ key, src: `/${key}.png`, label: key }));
  const boxes: ViewerBox[] = ["one", "three", "one"].map((page, number) => {
    return { id: `box-${number}`, page, box: [0, 0, 0.5, 0.5], label: page, tone: "plain" };
  });
  const { container } = render(<Viewer pages={pages} boxes={boxes} />);
  const held = [...container.querySelectorAll("[data-page]")].map((page) =>
    [...page.querySelectorAll("[data-box]")].map((box) => box.getAttribute("data-box")),
  );
  expect(held).toEqual([["box-0", "box-2"], [], ["box-1"]]);
});
