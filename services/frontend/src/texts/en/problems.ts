/** What error codes mean to a person. A code without a text shows the server's own words. */
export const problems = {
  offline: "The server cannot be reached.",
  unexpected: "Something unexpected went wrong.",
  invalid_credentials: "The address or the password is wrong.",
  forbidden: "Your role does not allow this.",
  not_found: "This does not exist, or no longer does.",
  state_conflict: "The status has changed in the meantime.",
  precondition_failed: "It has changed since you opened it.",
  rate_limited: "Too many requests at once.",
  quota_exceeded: "The budget or quota is spent.",
  internal_error: "Something went wrong on the server.",
  token_invalid: "This link is no longer valid.",
  client_suspended: "This client is suspended.",
};

/** What to do about it. */
export const remedies = {
  offline: "Check the connection, then try again. Nothing you typed is lost.",
  invalid_credentials: "Try again, or reset your password.",
  forbidden: "Ask your admin.",
  not_found: "Go back to the list.",
  state_conflict: "Reload and decide again.",
  precondition_failed: "Reload; your changes stay here until you do.",
  internal_error: "Try again. If it persists, give your operator the code below.",
  token_invalid: "Ask for a new one.",
  client_suspended: "Ask the operator of the platform.",
  wait: "Try again in {seconds} s.",
};
