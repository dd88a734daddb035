-- Take due webhook deliveries and those of dead workers, with all that a sender needs. Endpoint secrets stay sealed.
--
-- Clients take turns, and to one host of a client a worker has at most p_per_host deliveries in hand: a receiver that is
-- slow, or has a long queue, keeps nobody else waiting.
CREATE FUNCTION claim_deliveries(p_worker uuid, p_limit integer, p_per_host integer DEFAULT 8)
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
    WITH RECURSIVE orphan AS (
        SELECT d.delivery_id
        FROM webhook_deliveries d LEFT JOIN workers w ON w.worker_id = d.claimed_by
        WHERE d.state = 'sending' AND (w.worker_id IS NULL OR w.alive_until <= v_now)
        ORDER BY d.available_at, d.delivery_id
        LIMIT p_limit
        FOR UPDATE OF d SKIP LOCKED
    ), lane AS (
        -- One probe of the index for each client and host that has something waiting, however long its queue is.
        (
            SELECT d.client_id, split_part(d.url, '/', 3) AS host
            FROM webhook_deliveries d WHERE d.state = 'pending'
            ORDER BY d.client_id, split_part(d.url, '/', 3) LIMIT 1
        )
        UNION ALL
        SELECT following.client_id, following.host
        FROM lane CROSS JOIN LATERAL (
            SELECT d.client_id, split_part(d.url, '/', 3) AS host
            FROM webhook_deliveries d
            WHERE d.state = 'pending'
                AND (d.client_id, split_part(d.url, '/', 3)) > (lane.client_id, lane.host)
            ORDER BY d.client_id, split_part(d.url, '/', 3) LIMIT 1
        ) following
    ), busy AS (
        SELECT d.client_id, split_part(d.url, '/', 3) AS host, count(*) AS in_hand
        FROM webhook_deliveries d
        WHERE d.state = 'sending' AND d.claimed_by = p_worker
        GROUP BY d.client_id, split_part(d.url, '/', 3)
    ), open_lane AS (
        SELECT lane.client_id, lane.host, p_per_host - coalesce(busy.in_hand, 0) AS room
        FROM lane LEFT JOIN busy ON busy.client_id = lane.client_id AND busy.host = lane.host
        WHERE coalesce(busy.in_hand, 0) < p_per_host
    ), early AS (
        -- More than there is room for: what another worker has locked is skipped.
        SELECT open_lane.client_id, open_lane.host, open_lane.room, waiting.delivery_id, waiting.available_at
        FROM open_lane CROSS JOIN LATERAL (
            SELECT d.delivery_id, d.available_at
            FROM webhook_deliveries d
            WHERE d.state = 'pending' AND d.client_id = open_lane.client_id
                AND split_part(d.url, '/', 3) = open_lane.host AND d.available_at <= v_now
            ORDER BY d.available_at, d.delivery_id
            LIMIT 4 * open_lane.room
        ) waiting
    ), fair AS (
        SELECT early.*,
            row_number() OVER (PARTITION BY early.client_id ORDER BY early.available_at, early.delivery_id) AS turn
        FROM early
    ), locked AS (
        SELECT d.delivery_id, fair.client_id, fair.host, fair.room, fair.turn, fair.available_at
        FROM fair JOIN webhook_deliveries d ON d.delivery_id = fair.delivery_id
        WHERE d.state = 'pending'
        ORDER BY fair.turn, fair.available_at, fair.delivery_id
        LIMIT 4 * p_limit
        FOR UPDATE OF d SKIP LOCKED
    ), due AS (
        SELECT locked.delivery_id, locked.turn, locked.room,
            row_number() OVER (
                PARTITION BY locked.client_id, locked.host ORDER BY locked.turn, locked.delivery_id
            ) AS place
        FROM locked
    ), chosen AS (
        SELECT delivery_id FROM orphan
        UNION ALL
        (SELECT due.delivery_id FROM due WHERE due.place <= due.room ORDER BY due.turn, due.delivery_id)
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
