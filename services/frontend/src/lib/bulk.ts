import { problemOf } from "./api/problem";

export interface Done {
  done: number;
  /** How many were refused, by the code. */
  refused: Map<string, number>;
}

const AT_ONCE = 4;

/** One act on many, a few at once. What is refused stops nothing. */
export async function onAll(ids: readonly string[], act: (id: string) => Promise<unknown>): Promise<Done> {
  const waiting = [...ids];
  const result: Done = { done: 0, refused: new Map() };
  const work = async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      try {
        await act(id);
        result.done++;
      } catch (error) {
        const { code } = problemOf(error);
        result.refused.set(code, (result.refused.get(code) ?? 0) + 1);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return result;
}
