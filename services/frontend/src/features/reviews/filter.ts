import { signal } from "@preact/signals";
import type { QueueFilter } from "./api";

/** What the queue was last narrowed to: the screen goes on through the same list. */
export const chosenFilter = signal<QueueFilter>({});
