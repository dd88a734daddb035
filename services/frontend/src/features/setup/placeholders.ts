import type { PromptStage } from "./api";

export const STAGES: readonly PromptStage[] = ["classification", "ocr", "validation", "summarization"];

const EVERYWHERE = ["process_type_id", "process_type_name", "language"];
const OF_STAGE: Record<PromptStage, { knows: string[]; needs: string[] }> = {
  classification: { knows: ["process_types"], needs: ["document_text"] },
  ocr: { knows: ["output_schema"], needs: ["document_text"] },
  validation: { knows: ["output_schema", "document_text", "findings"], needs: ["data"] },
  summarization: { knows: ["document_text", "findings"], needs: ["data"] },
};

export interface Placeholder {
  name: string;
  isNeeded: boolean;
}

/** What a prompt of a stage may name, what it must name first. */
export function placeholdersOf(stage: PromptStage): Placeholder[] {
  const { knows, needs } = OF_STAGE[stage];
  return [
    ...needs.map((name) => ({ name, isNeeded: true })),
    ...[...knows, ...EVERYWHERE].map((name) => ({ name, isNeeded: false })),
  ];
}

/** Names in a text that its stage does not know, and those that it lacks. */
export function faultsOf(stage: PromptStage, text: string): { unknown: string[]; lacking: string[] } {
  const named = new Set([...text.matchAll(/\{\{\s*([^{}]*?)\s*\}\}/g)].map((found) => found[1] ?? ""));
  const known = placeholdersOf(stage);
  return {
    unknown: [...named].filter((name) => !known.some((each) => each.name === name)),
    lacking: known.filter((each) => each.isNeeded && !named.has(each.name)).map((each) => each.name),
  };
}

/** What a new prompt begins with. */
export function starter(stage: PromptStage): string {
  return placeholdersOf(stage)
    .filter((each) => each.isNeeded || OF_STAGE[stage].knows.includes(each.name))
    .map((each) => `${each.name}:\n{{${each.name}}}`)
    .join("\n\n");
}
