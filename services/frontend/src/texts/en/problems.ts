/** What error codes mean to a person. A code without a text shows the server's own words. */
export const problems = {
  offline: "The server cannot be reached.",
  unexpected: "Something went wrong that nobody foresaw.",
  invalid_credentials: "The address or the password is wrong.",
  forbidden: "Your role does not allow this.",
  not_found: "This does not exist, or not any more.",
  state_conflict: "Somebody or something else was quicker; the state has changed.",
  precondition_failed: "It has changed since you opened it.",
  rate_limited: "Too many requests at once.",
  quota_exceeded: "The budget or quota is spent.",
  internal_error: "Something went wrong on the server.",
  client_suspended: "This client is suspended.",
};

/** What to do about it. */
export const remedies = {
  offline: "Check the connection, then try again. Nothing you typed is lost.",
  invalid_credentials: "Type them again, or have a new password mailed to you.",
  forbidden: "Ask an admin of your client.",
  not_found: "Go back to the list.",
  state_conflict: "Load it anew and decide again.",
  precondition_failed: "Load it anew; your changes stay here until you do.",
  internal_error: "Try again. If it stays, tell an operator the code below.",
  client_suspended: "Ask the operator of the platform.",
  wait: "Try again in {seconds} s.",
};
