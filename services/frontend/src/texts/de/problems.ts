export const problems = {
  offline: "Der Server ist nicht zu erreichen.",
  unexpected: "Ein unerwarteter Fehler ist aufgetreten.",
  invalid_credentials: "Adresse oder Passwort stimmen nicht.",
  forbidden: "Ihre Rolle erlaubt das nicht.",
  not_found: "Das gibt es nicht oder nicht mehr.",
  state_conflict: "Der Status hat sich inzwischen geändert.",
  precondition_failed: "Das wurde geändert, seit Sie es geöffnet haben.",
  rate_limited: "Zu viele Anfragen auf einmal.",
  quota_exceeded: "Das Budget oder Kontingent ist aufgebraucht.",
  internal_error: "Auf dem Server ist ein Fehler aufgetreten.",
  token_invalid: "Dieser Link ist nicht mehr gültig.",
  client_suspended: "Dieser Mandant ist gesperrt.",
};

export const remedies = {
  offline: "Prüfen Sie die Verbindung und versuchen Sie es erneut. Ihre Eingaben bleiben erhalten.",
  invalid_credentials: "Versuchen Sie es erneut oder lassen Sie sich ein neues Passwort schicken.",
  forbidden: "Wenden Sie sich an Ihre Administration.",
  not_found: "Gehen Sie zurück zur Liste.",
  state_conflict: "Laden Sie neu und entscheiden Sie noch einmal.",
  precondition_failed: "Laden Sie neu; bis dahin bleiben Ihre Änderungen hier stehen.",
  internal_error: "Versuchen Sie es erneut. Bleibt es dabei, nennen Sie dem Betrieb den Code unten.",
  token_invalid: "Fordern Sie einen neuen an.",
  client_suspended: "Wenden Sie sich an den Betreiber der Plattform.",
  wait: "Versuchen Sie es in {seconds} s erneut.",
};
