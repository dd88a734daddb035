import { useState } from "preact/hooks";
import { t } from "../../../lib/i18n";
import { Gate } from "../../session/components/gate";
import { goOn, signOut, takePassword } from "../../session/session";
import { RecoveryCodes } from "./recovery-codes";
import { SetUpForm } from "./set-up";

/** All that somebody sees of whom a second factor is required and who has none: how to set one up, then their codes. */
export function Enrol() {
  const [typed] = useState(takePassword);
  const [codes, setCodes] = useState<string[] | null>(null);
  return (
    <Gate title={t("signin.enrol_title")} lead={t("signin.enrol_lead")}>
      {codes ? (
        <RecoveryCodes codes={codes} close={() => void goOn()} />
      ) : (
        <SetUpForm
          typed={typed}
          leave={{ title: t("nav.signout"), act: () => void signOut() }}
          done={setCodes}
        />
      )}
    </Gate>
  );
}
