export const processes = {
  lead: "Everything that was handed in, newest first.",
  none: "Nothing was handed in yet",
  file: "File",
  type: "Type",
  status: "Status",
  confidence: "Confidence",
  age: "Handed in",
  more_one: "and {count} more",
  more_other: "and {count} more",
};
