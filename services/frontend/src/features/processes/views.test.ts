import { expect, test } from "vitest";
import { openViews, saveView, views } from "./views";

test("a named filter is its owner's alone in a browser that two share", () => {
  openViews("one");
  saveView({ name: "Mine", address: "/processes?status=failed" });
  openViews("two");
  expect(views.value).toEqual([]);
  saveView({ name: "Theirs", address: "/processes" });
  openViews("one");
  expect(views.value.map((view) => view.name)).toEqual(["Mine"]);
});
