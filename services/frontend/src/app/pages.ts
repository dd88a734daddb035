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
  types: lazy(() => import("../features/setup/components/types").then((m) => m.ProcessTypes)),
  type: lazy(() => import("../features/setup/components/type-page").then((m) => m.ProcessTypePage)),
  version: lazy(() => import("../features/setup/components/version-page").then((m) => m.VersionPage)),
  prompt: lazy(() => import("../features/setup/components/prompt-page").then((m) => m.PromptPage)),
  evaluations: lazy(() => import("../features/setup/components/evaluations").then((m) => m.Evaluations)),
  budgets: lazy(() => import("../features/setup/components/budgets").then((m) => m.BudgetsPage)),
  people: lazy(() => import("../features/admin/components/people").then((m) => m.People)),
  keys: lazy(() => import("../features/admin/components/keys").then((m) => m.ApiKeys)),
  usage: lazy(() => import("../features/admin/components/usage").then((m) => m.Usage)),
  vendors: lazy(() => import("../features/admin/components/vendors").then((m) => m.Vendors)),
  audit: lazy(() => import("../features/admin/components/audit").then((m) => m.Audit)),
  retention: lazy(() => import("../features/admin/components/retention").then((m) => m.RetentionPage)),
  health: lazy(() => import("../features/admin/components/health").then((m) => m.Health)),
  inbox: lazy(() => import("../features/notifications/components/inbox").then((m) => m.Inbox)),
  webhooks: lazy(() => import("../features/admin/components/webhooks/endpoints").then((m) => m.Endpoints)),
  webhook: lazy(() =>
    import("../features/admin/components/webhooks/endpoint-page").then((m) => m.EndpointPage),
  ),
  alerting: lazy(() => import("../features/admin/components/alerting/alerting").then((m) => m.Alerting)),
  dead: lazy(() => import("../features/admin/components/dead").then((m) => m.DeadWork)),
  clients: lazy(() => import("../features/admin/components/clients").then((m) => m.Clients)),
};
