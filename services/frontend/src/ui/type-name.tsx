import { useTypeName } from "../lib/process-types";

/** What a type of document is called, where its id is at hand. */
export function TypeName({ id }: { id: string | null | undefined }) {
  return <>{useTypeName()(id)}</>;
}
