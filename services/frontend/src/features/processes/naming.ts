import { tn } from "../../lib/i18n";
import { spelled } from "../../lib/names";
import { useQuery } from "../../lib/query/use";
import { listTypes, type Process } from "./api";

/** What a process is called: its first file, and how many more there are. */
export function nameOf(process: Process): string {
  const [first] = process.documents;
  const more = process.documents.length - 1;
  const name = first?.file_name ?? process.external_id ?? process.process_id;
  return more > 0 ? `${name} ${tn("processes.more", more)}` : name;
}

/** What a type is called; its id in words until that is known. */
export function useTypeName(): (id: string) => string {
  const types = useQuery({ key: ["process-types"], read: listTypes, staleMs: 300_000 });
  return (id) => types.data?.data.find((each) => each.process_type_id === id)?.display_name ?? spelled(id);
}
