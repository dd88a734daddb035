CREATE VIEW v_active_processes WITH (security_invoker = true) AS
SELECT p.process_id, p.client_id, c.name AS client_name, c.slug AS client_slug,
       p.process_type_id, t.display_name AS process_type_name, p.config_version, p.external_id,
       p.status, p.current_stage, p.requires_review, p.overall_confidence, p.ingestion_source,
       p.created_at, p.updated_at
FROM processes p
JOIN clients c ON c.client_id = p.client_id
LEFT JOIN process_types t ON t.process_type_id = p.process_type_id
WHERE p.status NOT IN ('completed', 'failed', 'cancelled');

-- The ledger of model calls, not the processes: a deleted document's tokens were used all the same.
CREATE VIEW v_client_token_usage WITH (security_invoker = true) AS
SELECT l.client_id, c.name AS client_name, date_trunc('month', l.created_at, 'UTC') AS month,
       sum(l.tokens_input)::bigint AS total_tokens_input, sum(l.tokens_output)::bigint AS total_tokens_output,
       sum(l.tokens_input + l.tokens_output)::bigint AS total_tokens,
       sum(l.cost_micros)::bigint AS cost_micros, count(*) AS calls, count(DISTINCT l.process_id) AS processes
FROM llm_calls l
JOIN clients c ON c.client_id = l.client_id
GROUP BY l.client_id, c.name, date_trunc('month', l.created_at, 'UTC');

CREATE VIEW v_hitl_queue WITH (security_invoker = true) AS
SELECT p.process_id, p.client_id, c.name AS client_name, p.process_type_id, t.display_name AS process_type_name,
       p.external_id, p.current_stage, p.overall_confidence, p.review_reasons,
       r.review_id, r.priority, r.assignee, r.claimed_by, r.lease_until,
       coalesce(r.created_at, p.updated_at) AS waiting_since
FROM processes p
JOIN clients c ON c.client_id = p.client_id
LEFT JOIN process_types t ON t.process_type_id = p.process_type_id
LEFT JOIN reviews r ON r.client_id = p.client_id AND r.process_id = p.process_id
                   AND r.status = 'open' AND NOT r.is_blind_sample
WHERE p.status = 'hitl_review'
ORDER BY coalesce(r.created_at, p.updated_at), p.process_id;
