import { cleanup, configure } from "@testing-library/preact";
import { afterEach } from "vitest";
import { queries } from "../query/client";

// The library's one second is short on a machine that is busy with other checks.
configure({ asyncUtilTimeout: 10_000 });

afterEach(() => {
  cleanup();
  queries.clear();
});
