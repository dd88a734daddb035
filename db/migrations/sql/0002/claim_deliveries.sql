-- Take due webhook deliveries and those of dead workers, with all that a sender needs. Endpoint secrets stay sealed.
CREATE FUNCTION claim_deliveries(p_worker uuid, p_limit integer)
RETURNS TABLE (
    delivery_id uuid, client_id uuid, endpoint_id uuid, process_id uuid, event_type text, webhook_id text, url text,
    body text, attempt integer, failures integer, created_at timestamptz, headers jsonb, secret_sealed bytea,
    old_secret_sealed bytea, old_secret_until timestamptz, endpoint_state text
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    v_now timestamptz := clock_timestamp();
BEGIN
    IF p_limit < 1 OR NOT EXISTS (
        SELECT FROM workers w WHERE w.worker_id = p_worker AND w.alive_until > v_now AND w.stopped_at IS NULL
    ) THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH orphan AS (
        SELECT d.delivery_id
        FROM webhook_deliveries d LEFT JOIN workers w ON w.worker_id = d.claimed_by
        WHERE d.state = 'sending' AND (w.worker_id IS NULL OR w.alive_until <= v_now)
        ORDER BY d.available_at, d.delivery_id
        LIMIT p_limit
        FOR UPDATE OF d SKIP LOCKED
    ), early AS (
        SELECT d.delivery_id, d.client_id, d.available_at
        FROM webhook_deliveries d
        WHERE d.state = 'pending' AND d.available_at <= v_now
        ORDER BY d.available_at, d.delivery_id
        LIMIT 20 * p_limit
    ), fair AS (
        SELECT early.delivery_id, early.available_at,
            row_number() OVER (PARTITION BY early.client_id ORDER BY early.available_at, early.delivery_id) AS turn
        FROM early
    ), due AS (
        SELECT d.delivery_id
        FROM fair JOIN webhook_deliveries d ON d.delivery_id = fair.delivery_id
        WHERE d.state = 'pending'
        ORDER BY fair.turn, fair.available_at, fair.delivery_id
        LIMIT p_limit
        FOR UPDATE OF d SKIP LOCKED
    ), chosen AS (
        SELECT delivery_id FROM orphan UNION ALL SELECT delivery_id FROM due
        LIMIT p_limit
    )
    UPDATE webhook_deliveries d
    SET state = 'sending', claimed_by = p_worker, attempt = d.attempt + 1
    FROM chosen, webhook_endpoints e
    WHERE d.delivery_id = chosen.delivery_id AND e.client_id = d.client_id AND e.endpoint_id = d.endpoint_id
    RETURNING d.delivery_id, d.client_id, d.endpoint_id, d.process_id, d.event_type, d.webhook_id, d.url, d.body,
        d.attempt, d.failures, d.created_at, e.headers, e.secret_sealed, e.old_secret_sealed, e.old_secret_until,
        e.state;
END
$$
