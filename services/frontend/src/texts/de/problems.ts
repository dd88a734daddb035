export const problems = {
  offline: "Der Server ist nicht zu erreichen.",
  unexpected: "Etwas ging schief, womit niemand gerechnet hat.",
  invalid_credentials: "Adresse oder Passwort stimmen nicht.",
  forbidden: "Ihre Rolle erlaubt das nicht.",
  not_found: "Das gibt es nicht oder nicht mehr.",
  state_conflict: "Jemand oder etwas war schneller; der Stand hat sich geändert.",
  precondition_failed: "Es hat sich geändert, seit Sie es geöffnet haben.",
  rate_limited: "Zu viele Anfragen auf einmal.",
  quota_exceeded: "Das Budget oder Kontingent ist verbraucht.",
  internal_error: "Auf dem Server ging etwas schief.",
  client_suspended: "Dieser Mandant ist gesperrt.",
};

export const remedies = {
  offline: "Verbindung prüfen, dann noch einmal versuchen. Ihre Eingaben bleiben erhalten.",
  invalid_credentials: "Noch einmal eingeben oder sich ein neues Passwort schicken lassen.",
  forbidden: "Fragen Sie die Verwaltung Ihres Mandanten.",
  not_found: "Zurück zur Liste.",
  state_conflict: "Neu laden und noch einmal entscheiden.",
  precondition_failed: "Neu laden; Ihre Änderungen bleiben bis dahin hier.",
  internal_error: "Noch einmal versuchen. Bleibt es so, nennen Sie dem Betrieb den Code unten.",
  client_suspended: "Fragen Sie den Betreiber der Plattform.",
  wait: "In {seconds} s noch einmal versuchen.",
};
