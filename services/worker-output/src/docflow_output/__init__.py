"""OUTPUT: delivers results to files, webhooks and mail."""
