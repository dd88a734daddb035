import { cleanup } from "@testing-library/preact";
import { afterEach } from "vitest";
import { queries } from "../query/client";

afterEach(() => {
  cleanup();
  queries.clear();
});
