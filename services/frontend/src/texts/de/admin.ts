export const admin = {
  title: "Verwaltung",
  lead: "Menschen, Schlüssel, was getan wurde und was es kostete.",
  words: {
    user_status: { active: "Aktiv", inactive: "Gesperrt", pending: "Eingeladen" },
    invitation: { open: "Offen", accepted: "Angenommen", expired: "Abgelaufen" },
    key_state: { revoked: "Widerrufen", expired: "Abgelaufen" },
    scope: {
      processes_read: "Vorgänge, Dokumente und Stufen sehen",
      processes_write: "Einreichen, abbrechen, wiederholen und löschen",
      results_read: "Ergebnisse, Dateien und Seiten sehen",
      reviews_write: "Prüfen",
      config_write: "Arten, Prompts und Konfigurationen ändern",
      webhooks_write: "Webhooks ändern und Zustellungen wiederholen",
      admin: "Menschen, Schlüssel, Protokoll, Budgets und Verbrauch",
    },
    act: {
      INGEST: "Annehmen",
      INTELLIGENT_OCR: "Lesen",
      INTELLIGENT_PROCESS: "Prüfen",
      OUTPUT: "Weitergeben",
      login: "Angemeldet",
      erased: "Gelöscht",
    },
    result: { success: "Getan", errors: "Mit Befunden", failed: "Gescheitert" },
    health_state: { ok: "Gesund", degraded: "Langsamer", pending: "Wartet", unavailable: "Nicht da" },
    health_part: {
      database: "Datenbank",
      migrations: "Migrationen",
      broker: "Broker",
      redis: "Redis",
      storage: "Dateiablage",
    },
    tier: { basic: "Basis", professional: "Professionell", enterprise: "Unternehmen" },
    client_status: { active: "Aktiv", suspended: "Gesperrt", inactive: "Geschlossen" },
  },
};

export const people = {
  title: "Menschen",
  users: "Konten",
  none: "Es gibt noch niemanden",
  invite: "Einladen",
  invitations: "Einladungen",
  email: "E-Mail-Adresse",
  role: "Rolle",
  role_of: "Rolle von {email}",
  factor: "Zweiter Faktor",
  yes: "Ja",
  no: "Nein",
  last: "Zuletzt angemeldet",
  act: "Aktion",
  block: "Sperren",
  unblock: "Entsperren",
  until: "Gültig bis",
  revoke: "Einladung von {email} zurücknehmen",
  link: "Der Link der Einladung. Wo Post eingerichtet ist, wurde er auch gesendet.",
  may_viewer: "Sieht Vorgänge und Ergebnisse.",
  may_operator: "Reicht auch ein und prüft.",
  may_admin: "Ändert auch Menschen, Schlüssel und Konfigurationen.",
};

export const apikeys = {
  title: "API-Schlüssel",
  create: "Schlüssel anlegen",
  made: "Der Schlüssel ist angelegt",
  none: "Noch kein Schlüssel",
  none_hint: "Ein Programm meldet sich mit einem Schlüssel an. Geben Sie ihm nur, was es braucht.",
  name_hint: "Wer ihn benutzt, damit Sie es später wissen.",
  key: "Beginnt mit",
  scopes: "Darf",
  used: "Zuletzt benutzt",
  never: "Nie",
  until: "Gültig bis",
  until_hint: "Leer heißt: läuft nie ab.",
  forever: "Ohne Ende",
  revoke: "Widerrufen",
  revoke_title: "„{name}“ widerrufen?",
  revoke_lead:
    "Wer diesen Schlüssel benutzt, wird ab jetzt abgewiesen. Das lässt sich nicht rückgängig machen.",
};

export const secret = {
  copy: "Kopieren",
  copied: "Kopiert.",
  copy_failed: "Der Browser erlaubt es nicht. Markieren Sie den Text und kopieren Sie ihn.",
  shown_once: "Es wird nur jetzt gezeigt. Bewahren Sie es sicher auf.",
  done: "Fertig",
};

export const usage = {
  title: "Verbrauch",
  from: "Von",
  to: "Bis",
  by: "Nach",
  by_day: "Tag",
  by_month: "Monat",
  by_process_type: "Art",
  by_model: "Modell",
  key: "Was",
  calls: "Aufrufe",
  tokens: "Token",
  read: "Token hin",
  written: "Token zurück",
  hits: "Behaltene Antworten",
  cost: "Kosten",
  unpriced: "Aufrufe zu unbekanntem Preis",
  export: "Als CSV speichern",
  none: "Kein Modell wurde gefragt",
  none_hint: "Was ohne Modell gelesen wurde, kostet nichts und zählt hier nicht.",
  none_named: "Ohne Namen",
};

export const vendors = {
  title: "Lieferanten",
  name: "Name",
  accounts: "Konten",
  none: "Noch ist kein Lieferant bekannt",
  none_hint: "Lieferanten kommen mit den Dokumenten, die eine Zahlung an sie verlangen.",
  verify: "Bestätigen",
  verified: "Bestätigt {day}",
  unverified: "Nicht bestätigt",
  verify_title: "Ein Konto von {name} bestätigen",
  verify_lead:
    "Fragen Sie den Lieferanten auf einem Weg, den Sie schon kennen, nie auf einem aus dem Dokument. Dann geben Sie das Konto ganz ein.",
  done: "Das Konto ist bestätigt.",
};

export const audit = {
  title: "Protokoll",
  when: "Wann",
  what: "Was",
  who: "Wer",
  process: "Vorgang",
  result: "Ergebnis",
  system: "DocFlow",
  any: "Alle",
  no_id: "Das ist keine Kennung eines Vorgangs.",
  none: "Nichts passt",
  verify: "Kette prüfen",
  sound: "Die Kette ist heil.",
  broken: "Die Kette ist gebrochen.",
  checked: "{rows} Zeilen in {chains} Ketten wurden geprüft.",
};

export const health = { title: "Zustand" };

export const clients = {
  title: "Mandanten",
  lead: "Alle, die hier Dokumente haben, jeder getrennt von den anderen.",
  create: "Neuer Mandant",
  none: "Es gibt noch keinen Mandanten",
  slug: "Kurzname",
  slug_hint: "Kleinbuchstaben, Ziffern und -. Eigene Arten beginnen damit. Er lässt sich nicht ändern.",
  tier: "Plan",
  since: "Seit",
  invite: "Eine Verwaltung für {name} einladen",
  suspend: "Sperren",
  resume: "Wieder zulassen",
  suspend_lead:
    "Niemand dieses Mandanten kann sich anmelden, kein Schlüssel gilt, bis er wieder zugelassen wird.",
  resume_lead: "Seine Menschen und Schlüssel gelten wieder.",
};
