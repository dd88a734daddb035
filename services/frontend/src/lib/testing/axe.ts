import axe from "axe-core";

/** What axe finds wrong with a piece of the page, as `rule: element`. Colours need a real browser and are judged there. */
export async function faults(element: Element): Promise<string[]> {
  const { violations } = await axe.run(element, {
    rules: { "color-contrast": { enabled: false }, region: { enabled: false } },
  });
  return violations.flatMap((each) => each.nodes.map((node) => `${each.id}: ${node.html}`));
}
