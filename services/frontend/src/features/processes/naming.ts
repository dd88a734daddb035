import { tn } from "../../lib/i18n";
import type { Process } from "./api";

/** What a process is called: its first file, and how many more there are. */
export function nameOf(process: Process): string {
  const [first] = process.documents;
  const more = process.documents.length - 1;
  const name = first?.file_name ?? process.external_id ?? process.process_id;
  return more > 0 ? `${name} ${tn("processes.more", more)}` : name;
}
