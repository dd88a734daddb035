import { signal } from "@preact/signals";
import type { Choice } from "./queue";

/** How what is handed in next is taken; also by the drop zone of other pages. */
export const choice = signal<Choice>({ type: "", asOne: false });
