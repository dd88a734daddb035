import { useEffect, useState } from "preact/hooks";
import { ErrorBoundary, LocationProvider, Route, Router, useLocation } from "preact-iso";
import { ChoosePassword, Forgot, VerifyAddress } from "../features/session/components/recover";
import { SignIn } from "../features/session/components/sign-in";
import { may, me, mustEnrol, openSession, trouble } from "../features/session/session";
import { DropZone } from "../features/uploads/components/drop-zone";
import { problemOf } from "../lib/api/problem";
import { t } from "../lib/i18n";
import { Spinner } from "../ui/spinner";
import { Trouble } from "../ui/states";
import { Toasts } from "../ui/toasts";
import { places } from "./navigation";
import { PAGES } from "./pages";
import { Shell } from "./shell";

export function App() {
  return (
    <LocationProvider>
      <Front />
      <Toasts />
    </LocationProvider>
  );
}

function Front() {
  const { path } = useLocation();
  if (path === "/forgot") return <Forgot />;
  if (path === "/reset") return <ChoosePassword of="reset" />;
  if (path === "/invite") return <ChoosePassword of="invitation" />;
  if (path === "/verify") return <VerifyAddress />;
  if (mustEnrol.value)
    return (
      <ErrorBoundary>
        <PAGES.enrol />
      </ErrorBoundary>
    );
  if (trouble.value) return <Trouble problem={trouble.value} again={() => void openSession()} />;
  if (me.value === undefined) return <Waiting />;
  if (me.value === null) return <SignIn />;
  return (
    <Shell>
      <Pages />
      {may("operator") && <DropZone />}
    </Shell>
  );
}

/** A page that cannot be shown says so; another page is another try. */
function Pages() {
  const [failed, setFailed] = useState<{ path: string; error: unknown } | null>(null);
  const { path } = useLocation();
  if (failed?.path === path)
    return <Trouble problem={problemOf(failed.error)} again={() => location.reload()} />;
  return (
    <ErrorBoundary onError={(error) => setFailed({ path, error })}>
      <Router>
        <Route path="/" component={Home} />
        <Route path="/reviews" component={PAGES.reviews} />
        <Route path="/reviews/:id" component={PAGES.review} />
        <Route path="/processes" component={PAGES.processes} />
        <Route path="/processes/:id" component={PAGES.process} />
        <Route path="/upload" component={PAGES.upload} />
        <Route path="/profile" component={PAGES.profile} />
        <Route path="/configuration" component={PAGES.types} />
        <Route path="/configuration/evaluations" component={PAGES.evaluations} />
        <Route path="/configuration/budgets" component={PAGES.budgets} />
        <Route path="/configuration/types/:type" component={PAGES.type} />
        <Route path="/configuration/versions/:version" component={PAGES.version} />
        <Route path="/configuration/prompts/:prompt" component={PAGES.prompt} />
        <Route path="/admin" component={PAGES.people} />
        <Route path="/admin/keys" component={PAGES.keys} />
        <Route path="/admin/usage" component={PAGES.usage} />
        <Route path="/admin/vendors" component={PAGES.vendors} />
        <Route path="/admin/audit" component={PAGES.audit} />
        <Route path="/admin/security" component={PAGES.security} />
        <Route path="/admin/retention" component={PAGES.retention} />
        <Route path="/admin/health" component={PAGES.health} />
        <Route path="/admin/webhooks" component={PAGES.webhooks} />
        <Route path="/admin/webhooks/:id" component={PAGES.webhook} />
        <Route path="/admin/notifications" component={PAGES.alerting} />
        <Route path="/admin/dead" component={PAGES.dead} />
        <Route path="/clients" component={PAGES.clients} />
        <Route path="/clients/alerts" component={PAGES.alerting} />
        <Route path="/clients/dead" component={PAGES.dead} />
        <Route path="/clients/health" component={PAGES.health} />
        <Route default component={Nowhere} />
      </Router>
    </ErrorBoundary>
  );
}

/** The dashboard for people of a client, else the first place that the person may see. */
function Home() {
  const { route } = useLocation();
  const isOfClient = may("viewer");
  useEffect(() => {
    if (!isOfClient) route(places()[0]?.path ?? "/profile", true);
  }, [route, isOfClient]);
  return isOfClient ? <PAGES.dashboard /> : <Waiting />;
}

function Nowhere() {
  return (
    <div class="flex flex-col items-center gap-2 px-6 py-24 text-center">
      <p class="font-semibold text-2xl">{t("nav.nowhere")}</p>
      <a href="/" class="text-accent underline-offset-4 hover:underline">
        {t("nav.home")}
      </a>
    </div>
  );
}

function Waiting() {
  return (
    <div class="flex min-h-40 items-center justify-center p-10 text-ink-faint">
      <Spinner label={t("common.loading")} />
    </div>
  );
}
