export const processes = {
  lead: "Alles, was eingereicht wurde, das Neueste zuerst.",
  none: "Noch nichts eingereicht",
  file: "Datei",
  type: "Art",
  status: "Stand",
  confidence: "Sicherheit",
  age: "Eingereicht",
  more_one: "und {count} weitere",
  more_other: "und {count} weitere",
};
