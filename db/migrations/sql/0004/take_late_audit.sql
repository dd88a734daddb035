-- The oldest audit records that have waited longer than p_late_s seconds, whether or not they were offered to the
-- stream: what did not come by it is written from here. Nothing is marked: the one writer holds a lock and confirms in
-- the same transaction as it writes.
CREATE FUNCTION take_late_audit(p_limit integer, p_late_s double precision)
RETURNS TABLE (message_id uuid, payload jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET jit = off
AS $$
    WITH RECURSIVE topics (topic) AS (
        (SELECT o.topic FROM outbox o ORDER BY o.topic LIMIT 1)
        UNION ALL
        SELECT (SELECT o.topic FROM outbox o WHERE o.topic > t.topic ORDER BY o.topic LIMIT 1)
        FROM topics t WHERE t.topic IS NOT NULL
    )
    SELECT m.message_id, m.payload
    FROM topics t CROSS JOIN LATERAL (
        SELECT o.message_id, o.payload
        FROM outbox o
        WHERE o.topic = t.topic AND o.created_at < clock_timestamp() - make_interval(secs => p_late_s)
        ORDER BY o.message_id LIMIT p_limit
    ) m
    WHERE starts_with(t.topic, 'audit.')
    ORDER BY m.message_id
    LIMIT p_limit
$$
