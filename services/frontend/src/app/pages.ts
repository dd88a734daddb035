import { lazy } from "preact-iso";

/** Every page is loaded when it is first opened; the first sight needs the frame and one page. */
export const PAGES = {
  reviews: lazy(() => import("../features/reviews/components/queue").then((m) => m.Queue)),
  review: lazy(() => import("../features/reviews/components/screen").then((m) => m.ReviewScreen)),
  dashboard: lazy(() => import("../features/dashboard/components/dashboard").then((m) => m.Dashboard)),
  process: lazy(() => import("../features/processes/components/process-page").then((m) => m.ProcessPage)),
  upload: lazy(() => import("../features/uploads/components/upload-page").then((m) => m.UploadPage)),
  profile: lazy(() => import("../features/profile/components/profile").then((m) => m.Profile)),
  processes: lazy(() => import("../features/processes/components/process-list").then((m) => m.ProcessList)),
};
