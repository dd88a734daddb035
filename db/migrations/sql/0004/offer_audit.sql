-- Take audit records for the stream and hold them for p_hold_s seconds. They stay until confirm_audit forgets them, in
-- the transaction that wrote them into audit_logs; one that still waits when its hold is over is offered again.
CREATE FUNCTION offer_audit(p_limit integer, p_hold_s double precision)
RETURNS TABLE (message_id uuid, topic text, client_id uuid, payload jsonb)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    v_now timestamptz := clock_timestamp();
BEGIN
    RETURN QUERY
    WITH RECURSIVE topics (topic) AS (
        (SELECT o.topic FROM outbox o ORDER BY o.topic LIMIT 1)
        UNION ALL
        SELECT (SELECT o.topic FROM outbox o WHERE o.topic > t.topic ORDER BY o.topic LIMIT 1)
        FROM topics t WHERE t.topic IS NOT NULL
    ), early AS (
        SELECT m.message_id
        FROM topics t CROSS JOIN LATERAL (
            SELECT o.message_id FROM outbox o
            WHERE o.topic = t.topic AND (o.taken_until IS NULL OR o.taken_until <= v_now)
            ORDER BY o.message_id LIMIT p_limit
        ) m
        WHERE starts_with(t.topic, 'audit.')
        ORDER BY m.message_id
        LIMIT p_limit
    ), free AS (
        SELECT o.message_id
        FROM early JOIN outbox o ON o.message_id = early.message_id
        WHERE o.taken_until IS NULL OR o.taken_until <= v_now
        FOR UPDATE OF o SKIP LOCKED
    ), taken AS (
        UPDATE outbox o SET taken_until = v_now + make_interval(secs => p_hold_s)
        FROM free WHERE o.message_id = free.message_id
        RETURNING o.message_id, o.topic, o.client_id, o.payload
    )
    SELECT taken.message_id, taken.topic, taken.client_id, taken.payload FROM taken ORDER BY taken.message_id;
END
$$
