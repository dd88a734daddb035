export interface Turns {
  ask: () => void;
  stop: () => void;
}

/** Runs an act a while after it was asked for: once for all who asked meanwhile, never twice at a time, also while asking never ends. */
export function inTurns(act: () => Promise<unknown>, afterMs: number): Turns {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isRunning = false;
  let isAsked = false;
  let isOver = false;
  const ask = () => {
    if (isRunning) isAsked = true;
    else timer ??= setTimeout(run, afterMs);
  };
  const run = async () => {
    timer = undefined;
    isRunning = true;
    await act().catch(() => undefined);
    isRunning = false;
    if (!isAsked || isOver) return;
    isAsked = false;
    ask();
  };
  const stop = () => {
    isOver = true;
    clearTimeout(timer);
  };
  return { ask, stop };
}
