-- The oldest audit records that wait. Nothing is marked: the one writer holds a lock and confirms in the same
-- transaction as it writes.
CREATE FUNCTION take_audit(p_limit integer)
RETURNS TABLE (message_id uuid, topic text, client_id uuid, payload jsonb, created_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET jit = off
AS $$
    WITH RECURSIVE topics (topic) AS (
        (SELECT o.topic FROM outbox o ORDER BY o.topic LIMIT 1)
        UNION ALL
        SELECT (SELECT o.topic FROM outbox o WHERE o.topic > t.topic ORDER BY o.topic LIMIT 1)
        FROM topics t WHERE t.topic IS NOT NULL
    )
    SELECT m.message_id, t.topic, m.client_id, m.payload, m.created_at
    FROM topics t CROSS JOIN LATERAL (
        SELECT o.message_id, o.client_id, o.payload, o.created_at
        FROM outbox o WHERE o.topic = t.topic
        ORDER BY o.message_id LIMIT p_limit
    ) m
    WHERE starts_with(t.topic, 'audit.')
    ORDER BY m.message_id
    LIMIT p_limit
$$
