-- Hand fresh notifications to the channels that want them, each once: they join the message that the channel gathers,
-- which is due when its window is over, or at once for what is critical. One worker at a time; returns how many.
CREATE FUNCTION spread_notifications(p_limit integer) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    v_now timestamptz := clock_timestamp();
    v_count integer;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('docflow.notifications.spread', 0)) THEN
        RETURN 0;
    END IF;
    WITH fresh AS (
        SELECT n.notification_id FROM notifications n WHERE NOT n.is_spread
        ORDER BY n.notification_id LIMIT p_limit FOR UPDATE SKIP LOCKED
    ), taken AS (
        UPDATE notifications n SET is_spread = true FROM fresh WHERE n.notification_id = fresh.notification_id
        RETURNING n.notification_id, n.client_id, n.user_id, n.type, n.severity
    ), counted AS (
        SELECT c.client_id, c.channel_id, c.window_s, t.type, count(*) AS pieces, bool_or(t.severity = 'critical') AS urgent,
            array_agg(t.notification_id) AS ids
        FROM taken t JOIN notification_channels c ON c.client_id = t.client_id AND c.state = 'active'
            AND t.type = ANY (c.events) AND (t.user_id IS NULL OR t.user_id = c.user_id)
        GROUP BY c.client_id, c.channel_id, c.window_s, t.type
    ), ids AS (
        SELECT counted.channel_id, array_agg(one.id ORDER BY one.id) AS ids
        FROM counted CROSS JOIN LATERAL unnest(counted.ids) AS one (id) GROUP BY counted.channel_id
    ), gathered AS (
        SELECT counted.client_id, counted.channel_id, counted.window_s,
            jsonb_object_agg(counted.type, counted.pieces) AS counts, bool_or(counted.urgent) AS urgent
        FROM counted GROUP BY counted.client_id, counted.channel_id, counted.window_s
    ), written AS (
        INSERT INTO notification_messages AS m (message_id, client_id, channel_id, counts, notification_ids, available_at)
        SELECT new_time_id(), g.client_id, g.channel_id, g.counts, ids.ids[1:20],
            v_now + make_interval(secs => CASE WHEN g.urgent THEN 0 ELSE g.window_s END)
        FROM gathered g JOIN ids ON ids.channel_id = g.channel_id
        ORDER BY g.channel_id
        ON CONFLICT (client_id, channel_id) WHERE state = 'pending' AND attempt = 0 AND NOT is_test DO UPDATE
        SET counts = (
                SELECT jsonb_object_agg(s.type, s.pieces)
                FROM (
                    SELECT e.key AS type, sum(e.value::bigint) AS pieces
                    FROM (
                        SELECT * FROM jsonb_each_text(m.counts) UNION ALL SELECT * FROM jsonb_each_text(excluded.counts)
                    ) e GROUP BY e.key
                ) s
            ),
            notification_ids = (m.notification_ids || excluded.notification_ids)[1:20],
            available_at = least(m.available_at, excluded.available_at)
    )
    SELECT count(*) INTO v_count FROM taken;
    RETURN v_count;
END
$$
