import { pageKey } from "../../lib/document-pages";
import { kindByName, readValue } from "../../lib/kinds";
import { fieldName } from "../../lib/names";
import type { ViewerBox } from "../../ui/viewer/pages";
import type { ReadField } from "./api";

/** Where something stands: `name` is what stands there. */
export interface Place {
  documentId: string;
  page: number;
  box: ReadField["box"];
  name: string;
}

/** The boxes of what was read; a cell of a table has one only while it is looked at. */
export function boxesOf(
  documentId: string | null,
  fields: Readonly<Record<string, ReadField>>,
  place: Place | null,
): ViewerBox[] {
  const read = documentId === null ? [] : Object.entries(fields);
  const places = read.map(([name, { page, box }]) => ({ documentId: documentId ?? "", page, box, name }));
  const isOther = place !== null && !(place.name in fields);
  return [...places, ...(isOther ? [place] : [])].flatMap(({ documentId: of, page, box, name }) =>
    page && box
      ? {
          id: name,
          page: pageKey(of, page),
          box,
          label: labelOf(name, fields[name]),
          tone: toneOf(fields[name]),
        }
      : [],
  );
}

function labelOf(name: string, field: ReadField | undefined): string {
  return field ? `${fieldName(name)}: ${readValue(kindByName(name), String(field.value))}` : fieldName(name);
}

function toneOf(field: ReadField | undefined): ViewerBox["tone"] {
  return field?.checks.some((each) => !each.ok) ? "bad" : "plain";
}

/** As the eye goes over the page; what stands nowhere comes last, as the schema lists it. */
export function inReadingOrder(fields: Readonly<Record<string, ReadField>>): [string, ReadField][] {
  const at = ({ page, box }: ReadField) => (page && box ? page * 1000 + box[1] * 100 + box[0] : 1e9);
  return Object.entries(fields).sort(([, one], [, other]) => at(one) - at(other));
}
