import { pageKey } from "../../lib/document-pages";
import { fieldName } from "../../lib/names";
import type { Tone, ViewerBox } from "../../ui/viewer/pages";
import { type Case, type Field, isDoubtful } from "./case";
import { type Draft, valueIn } from "./draft";

/** Where the values stand, on the pages of the document they were read from; a drawn box replaces what was read. */
export function boxesOf(of: Case, draft: Draft): ViewerBox[] {
  return of.fields.flatMap((field) => {
    const place = draft.drawn[field.name] ?? field.place;
    if (!place) return [];
    return {
      id: field.name,
      page: pageKey(of.primaryId, place.page),
      box: place.box,
      label: `${fieldName(field.name)}: ${valueIn(draft, field)}`,
      tone: toneOf(field, draft),
    };
  });
}

function toneOf(field: Field, draft: Draft): Tone {
  if (draft.confirmed.includes(field.name)) return "good";
  return isDoubtful(field) ? "doubt" : "plain";
}
