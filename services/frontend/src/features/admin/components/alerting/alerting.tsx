import { AdminFrame } from "../frame";
import { Channels } from "./channels";
import { Rules } from "./rules";

/** Whom notifications reach beside the portal, and when measures raise one. */
export function Alerting() {
  return (
    <AdminFrame>
      <Channels />
      <Rules />
    </AdminFrame>
  );
}
