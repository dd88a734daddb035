import { lazy } from "preact-iso";

/** Every page is loaded when it is first opened; the first sight needs the frame and one page. */
export const PAGES = {
  reviews: lazy(() => import("../features/reviews/components/queue").then((m) => m.Queue)),
  review: lazy(() => import("../features/reviews/components/screen").then((m) => m.ReviewScreen)),
  processes: lazy(() => import("../features/processes/components/process-list").then((m) => m.ProcessList)),
};
