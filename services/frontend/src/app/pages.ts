import { lazy } from "preact-iso";

/** Every page is loaded when it is first opened; the first sight needs the frame and one page. */
export const PAGES = {
  processes: lazy(() => import("../features/processes/components/process-list").then((m) => m.ProcessList)),
};
