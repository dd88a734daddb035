import { en } from "../texts/en";
import { api, body } from "./api/client";
import { spelled } from "./names";
import { useQuery } from "./query/use";
import { said } from "./said";

const KEY = ["process-types"];
const STALE_MS = 300_000;

interface Named {
  process_type_id: string;
  display_name: string;
}

export function listTypes(signal: AbortSignal) {
  return body(api.GET("/v1/process-types", { params: { query: { limit: 100 } }, signal }));
}

/** All types of documents that may be handed in, under the names that people gave them. */
export function useTypes(enabled = true) {
  return useQuery({ key: KEY, read: listTypes, staleMs: STALE_MS, enabled });
}

/** What a type is called; its id in words until that is known. */
export function useTypeName(): (id: string | null | undefined) => string {
  const types = useTypes().data?.data ?? [];
  return (id) => {
    if (!id) return "–";
    const type = types.find((each) => each.process_type_id === id);
    return type ? typeName(type) : (said("type_names", id) ?? spelled(id));
  };
}

/** Its display name; that of a type that came with the program is in the reader's language. */
export function typeName({ process_type_id: id, display_name: name }: Named): string {
  const own = (en.type_names as Record<string, string>)[id];
  return name && name !== own ? name : (said("type_names", id) ?? name ?? spelled(id));
}
