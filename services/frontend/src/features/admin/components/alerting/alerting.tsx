import { may } from "../../../session/session";
import { CLIENT_RULES, PLATFORM_RULES } from "../../alerting";
import { AdminFrame } from "../frame";
import { Channels } from "./channels";
import { PlatformChannels } from "./platform-channels";
import { Rules } from "./rules";

/** Whom notifications reach beside the portal, and when measures raise one: of a client, or of all of them. */
export function Alerting() {
  const isPlatform = may("platform_admin");
  return (
    <AdminFrame>
      {isPlatform ? <PlatformChannels /> : <Channels />}
      <Rules of={isPlatform ? PLATFORM_RULES : CLIENT_RULES} />
    </AdminFrame>
  );
}
