-- Finish claimed actions, many in one call; returns those that took effect (action, attempt and claimer match).
CREATE FUNCTION finish_actions(p_worker uuid, p_outcomes jsonb) RETURNS SETOF uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    v_now timestamptz := clock_timestamp();
    v_done uuid[];
BEGIN
    PERFORM FROM output_actions a
    WHERE a.action_id IN (SELECT o.action_id FROM jsonb_to_recordset(p_outcomes) AS o (action_id uuid))
    ORDER BY a.action_id FOR NO KEY UPDATE;

    WITH finished AS (
        UPDATE output_actions a
        SET status = o.status,
            retry_count = a.retry_count + coalesce(o.counts, false)::integer,
            available_at = CASE WHEN o.status = 'retrying'
                THEN v_now + make_interval(secs => coalesce(o.retry_in_s, 0)) ELSE a.available_at END,
            claimed_by = NULL,
            finished_at = CASE WHEN o.status = 'retrying' THEN NULL ELSE v_now END,
            result = coalesce(nullif(o.result, 'null'), a.result),
            error_message = o.error_message
        FROM jsonb_to_recordset(p_outcomes) AS o (
            action_id uuid, attempt integer, status text, retry_in_s double precision, counts boolean,
            result jsonb, error_message text
        )
        WHERE a.action_id = o.action_id AND a.attempt = o.attempt AND a.claimed_by = p_worker
            AND a.status = 'executing' AND o.status IN ('completed', 'failed', 'retrying')
        RETURNING a.action_id, a.client_id
    ), told AS (
        INSERT INTO outbox (message_id, topic, client_id, payload)
        SELECT m.message_id, m.topic, m.client_id, m.payload
        FROM jsonb_to_recordset(p_outcomes) AS o (action_id uuid, outbox jsonb)
            JOIN finished ON finished.action_id = o.action_id
            CROSS JOIN LATERAL jsonb_to_recordset(coalesce(nullif(o.outbox, 'null'), '[]')) AS m (
                message_id uuid, topic text, client_id uuid, payload jsonb
            )
        WHERE m.client_id = finished.client_id
    )
    SELECT array_agg(finished.action_id) INTO v_done FROM finished;
    RETURN QUERY SELECT unnest(v_done);
END
$$
