import { afterEach, expect, test, vi } from "vitest";
import { aProcess } from "../../lib/testing/processes";
import { serve } from "../../lib/testing/server";
import { FOLLOWER, goLive } from "../../lib/testing/stream";
import { again, handIn, items, stop } from "./queue";

interface Sent {
  key: string | undefined;
  form: FormData;
  progress: (share: number) => void;
  answer: (status: number, body: unknown, headers?: Record<string, string>) => void;
}

/** An XMLHttpRequest whose answers the test gives. */
function listen(): Sent[] {
  const sent: Sent[] = [];
  vi.stubGlobal(
    "XMLHttpRequest",
    class {
      status = 0;
      statusText = "";
      responseText = "";
      upload: { onprogress?: (event: object) => void } = {};
      onload?: () => void;
      onabort?: () => void;
      headers: Record<string, string> = {};
      told: Record<string, string> = {};
      open() {}
      setRequestHeader(name: string, value: string) {
        this.headers[name] = value;
      }
      getResponseHeader(name: string) {
        return this.told[name] ?? null;
      }
      abort() {
        this.onabort?.();
      }
      send(form: FormData) {
        sent.push({
          key: this.headers["Idempotency-Key"],
          form,
          progress: (share) => this.upload.onprogress?.({ lengthComputable: true, loaded: share, total: 1 }),
          answer: (status, body, headers = {}) => {
            this.status = status;
            this.told = headers;
            this.responseText = JSON.stringify(body);
            this.onload?.();
          },
        });
      }
    },
  );
  return sent;
}

const file = (name: string) => new File(["x"], name);
const process = aProcess({ status: "completed" });
const known = { [`GET /v1/processes/${process.process_id}`]: { body: process } };

afterEach(() => {
  items.value = [];
});

test("each file is a process of its own, a few at once, with its progress", async () => {
  serve(known);
  const sent = listen();
  handIn(["a", "b", "c", "d"].map(file), { type: "simple_invoice", asOne: false });
  expect(sent).toHaveLength(3);
  expect(sent[0]?.form.get("process_type_id")).toBe("simple_invoice");
  sent[0]?.progress(0.5);
  expect(items.value.find((each) => each.name === "a")?.sent).toBe(0.5);
  sent[0]?.answer(202, process);
  await expect.poll(() => sent.length).toBe(4);
  expect(items.value.find((each) => each.name === "a")?.state).toBe("taken");
});

test("all files as one are one process", () => {
  const sent = listen();
  handIn([file("a"), file("b")], { type: "", asOne: true });
  expect(sent).toHaveLength(1);
  expect(sent[0]?.form.getAll("files")).toHaveLength(2);
  expect(sent[0]?.form.has("process_type_id")).toBe(false);
});

test("what was refused keeps its reason, and a second try carries the same key", async () => {
  const sent = listen();
  handIn([file("a")], { type: "", asOne: false });
  sent[0]?.answer(422, { code: "file_empty", detail: "no bytes" });
  await expect.poll(() => items.value[0]?.state).toBe("refused");
  expect(items.value[0]?.problem?.code).toBe("file_empty");
  again(items.value[0]?.id ?? 0);
  expect(sent[1]?.key).toBe(sent[0]?.key);
});

test("a server that is busy is given the time it asks for", async () => {
  serve(known);
  vi.useFakeTimers();
  const sent = listen();
  handIn([file("a")], { type: "", asOne: false });
  sent[0]?.answer(429, { code: "rate_limited", detail: "slow down" }, { "Retry-After": "3" });
  await vi.advanceTimersByTimeAsync(2_900);
  expect(sent).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(200);
  expect(sent).toHaveLength(2);
  vi.useRealTimers();
});

test("a file that is stopped while the server is given time is not sent", async () => {
  vi.useFakeTimers();
  const sent = listen();
  handIn([file("a")], { type: "", asOne: false });
  sent[0]?.answer(429, { code: "rate_limited", detail: "slow down" }, { "Retry-After": "3" });
  await vi.advanceTimersByTimeAsync(1_000);
  stop(items.value[0]?.id ?? 0);
  await vi.advanceTimersByTimeAsync(10_000);
  vi.useRealTimers();
  expect(items.value[0]?.state).toBe("stopped");
  expect(sent).toHaveLength(1);
});

test("a file that the person stops is neither sent nor wrong", async () => {
  listen();
  handIn([file("a")], { type: "", asOne: false });
  stop(items.value[0]?.id ?? 0);
  await expect.poll(() => items.value[0]?.state).toBe("stopped");
  expect(items.value[0]?.problem).toBeNull();
});

test("an answer that was on its way does not set back what was heard meanwhile", async () => {
  const taken = aProcess({ status: "ingested", version: 1 });
  const path = `GET /v1/processes/${taken.process_id}`;
  let answer = () => {};
  const late = new Promise<void>((done) => {
    answer = done;
  });
  const asked = serve({
    "GET /v1/me": { body: FOLLOWER },
    [path]: async () => {
      await late;
      return { body: { ...taken, status: "classifying", version: 2 } };
    },
  });
  const { say, close } = await goLive();
  const sent = listen();
  handIn([file("a")], { type: "", asOne: false });
  sent[0]?.answer(202, taken);
  await expect.poll(() => asked.some((each) => each.url.endsWith(taken.process_id))).toBe(true);
  const { process_id, current_stage, updated_at } = taken;
  say({ process_id, current_stage, updated_at, status: "extracting", version: 3 });
  await expect.poll(() => items.value[0]?.process?.status).toBe("extracting");
  answer();
  await new Promise((done) => setTimeout(done, 20));
  expect(items.value[0]?.process?.status).toBe("extracting");
  close();
});
