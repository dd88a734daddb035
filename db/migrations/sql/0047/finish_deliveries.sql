-- Finish claimed deliveries, many in one call; returns those that took effect. An endpoint that says it is gone, or
-- has failed for 5 days, is disabled and the client told; its callback row never is, since it serves every address.
CREATE FUNCTION finish_deliveries(p_worker uuid, p_outcomes jsonb) RETURNS SETOF uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    v_now timestamptz := clock_timestamp();
    v_done uuid[];
BEGIN
    PERFORM FROM webhook_deliveries d
    WHERE d.delivery_id IN (SELECT o.delivery_id FROM jsonb_to_recordset(p_outcomes) AS o (delivery_id uuid))
    ORDER BY d.delivery_id FOR NO KEY UPDATE;

    WITH finished AS (
        UPDATE webhook_deliveries d
        SET state = o.state,
            failures = d.failures + coalesce(o.counts, false)::integer,
            available_at = CASE WHEN o.state = 'pending'
                THEN v_now + make_interval(secs => coalesce(o.retry_in_s, 0)) ELSE d.available_at END,
            claimed_by = NULL,
            finished_at = CASE WHEN o.state = 'pending' THEN NULL ELSE v_now END,
            attempts = d.attempts || CASE WHEN nullif(o.log, 'null') IS NULL THEN '[]' ELSE jsonb_build_array(o.log) END
        FROM jsonb_to_recordset(p_outcomes) AS o (
            delivery_id uuid, attempt integer, state text, retry_in_s double precision, counts boolean, log jsonb
        )
        WHERE d.delivery_id = o.delivery_id AND d.attempt = o.attempt AND d.claimed_by = p_worker
            AND d.state = 'sending' AND o.state IN ('delivered', 'failed', 'pending')
        RETURNING d.delivery_id, d.client_id
    ), told AS (
        INSERT INTO outbox (message_id, topic, client_id, payload)
        SELECT m.message_id, m.topic, m.client_id, m.payload
        FROM jsonb_to_recordset(p_outcomes) AS o (delivery_id uuid, outbox jsonb)
            JOIN finished ON finished.delivery_id = o.delivery_id
            CROSS JOIN LATERAL jsonb_to_recordset(coalesce(nullif(o.outbox, 'null'), '[]')) AS m (
                message_id uuid, topic text, client_id uuid, payload jsonb
            )
        WHERE m.client_id = finished.client_id
    )
    SELECT array_agg(finished.delivery_id) INTO v_done FROM finished;

    -- Sorted locks: two workers may finish deliveries to the same endpoints.
    PERFORM FROM webhook_endpoints e
    WHERE e.endpoint_id IN (
        SELECT d.endpoint_id FROM webhook_deliveries d WHERE d.delivery_id = ANY (v_done)
    )
    ORDER BY e.endpoint_id FOR NO KEY UPDATE;

    WITH told AS (
        SELECT d.client_id, d.endpoint_id, bool_or(o.state = 'delivered') AS went_well,
            bool_or(coalesce(o.disable_endpoint, false)) AS is_gone
        FROM jsonb_to_recordset(p_outcomes) AS o (delivery_id uuid, state text, counts boolean, disable_endpoint boolean)
            JOIN webhook_deliveries d ON d.delivery_id = o.delivery_id
        WHERE d.delivery_id = ANY (v_done) AND (o.state = 'delivered' OR o.counts OR o.disable_endpoint)
        GROUP BY d.client_id, d.endpoint_id
    ), judged AS (
        SELECT e.client_id, e.endpoint_id, told.went_well, told.is_gone,
            e.kind = 'endpoint' AND e.state = 'active' AND (
                told.is_gone
                OR (NOT told.went_well AND coalesce(e.failing_since <= v_now - interval '5 days', false))
            ) AS ends
        FROM told JOIN webhook_endpoints e ON e.client_id = told.client_id AND e.endpoint_id = told.endpoint_id
        -- A success where nothing failed changes nothing.
        WHERE NOT told.went_well OR told.is_gone OR e.failing_since IS NOT NULL
    ), changed AS (
        UPDATE webhook_endpoints e
        SET failing_since = CASE WHEN judged.went_well THEN NULL ELSE coalesce(e.failing_since, v_now) END,
            state = CASE WHEN judged.ends THEN 'disabled' ELSE e.state END,
            version = e.version + judged.ends::integer
        FROM judged
        WHERE e.client_id = judged.client_id AND e.endpoint_id = judged.endpoint_id
    )
    INSERT INTO notifications (notification_id, client_id, type, severity, title, message)
    SELECT new_time_id(), judged.client_id, 'alert', 'error', 'A webhook endpoint was disabled',
        'The endpoint ' || judged.endpoint_id || CASE WHEN judged.is_gone
            THEN ' answered 410 (gone).' ELSE ' has taken no message for 5 days.' END
            || ' It gets no more messages until it is made active again.'
    FROM judged WHERE judged.ends;

    RETURN QUERY SELECT unnest(v_done);
END
$$
