-- Take due messages, in turns between clients, and hold each for p_hold_s seconds: one whose sender died is due again.
CREATE FUNCTION take_messages(p_limit integer, p_hold_s double precision)
RETURNS TABLE (
    message_id uuid, client_id uuid, channel_id uuid, counts jsonb, notification_ids uuid[], is_test boolean,
    attempt integer, failures integer, kind text, channel_name text, target_sealed bytea, channel_state text,
    user_id uuid, email text, client_name text
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    v_now timestamptz := clock_timestamp();
BEGIN
    RETURN QUERY
    WITH early AS (
        SELECT m.message_id, m.client_id, m.available_at FROM notification_messages m
        WHERE m.state = 'pending' AND m.available_at <= v_now
        ORDER BY m.available_at, m.message_id LIMIT 20 * p_limit
    ), fair AS (
        SELECT early.message_id, early.available_at,
            row_number() OVER (PARTITION BY early.client_id ORDER BY early.available_at, early.message_id) AS turn
        FROM early
    ), due AS (
        SELECT m.message_id FROM fair JOIN notification_messages m ON m.message_id = fair.message_id
        WHERE m.state = 'pending' AND m.available_at <= v_now
        ORDER BY fair.turn, fair.available_at, fair.message_id
        LIMIT p_limit FOR UPDATE OF m SKIP LOCKED
    ), taken AS (
        UPDATE notification_messages m
        SET attempt = m.attempt + 1, available_at = v_now + make_interval(secs => p_hold_s)
        FROM due WHERE m.message_id = due.message_id
        RETURNING m.*
    )
    SELECT t.message_id, t.client_id, t.channel_id, t.counts, t.notification_ids, t.is_test, t.attempt, t.failures,
        c.kind, c.name, c.target_sealed, c.state, c.user_id, u.email, cl.name::text
    FROM taken t
        JOIN notification_channels c ON c.client_id = t.client_id AND c.channel_id = t.channel_id
        JOIN clients cl ON cl.client_id = t.client_id
        LEFT JOIN users u ON u.client_id = c.client_id AND u.user_id = c.user_id AND u.status = 'active';
END
$$
