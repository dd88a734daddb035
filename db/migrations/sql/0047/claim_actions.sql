-- Take due output actions and those of dead workers. A worker's death uses up no retry.
--
-- Clients take turns, and of one kind of action a worker has at most p_per_kind of a client in hand: one slow target
-- keeps nobody else waiting.
CREATE FUNCTION claim_actions(p_worker uuid, p_limit integer, p_per_kind integer DEFAULT 8)
RETURNS TABLE (
    action_id uuid, client_id uuid, process_id uuid, "position" integer, action_type text, target_config jsonb,
    attempt integer, retry_count integer, max_retries integer, process_type_id text, external_id text,
    created_at timestamptz
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
        SELECT a.action_id
        FROM output_actions a LEFT JOIN workers w ON w.worker_id = a.claimed_by
        WHERE a.status = 'executing' AND (w.worker_id IS NULL OR w.alive_until <= v_now)
        ORDER BY a.available_at, a.action_id
        LIMIT p_limit
        FOR UPDATE OF a SKIP LOCKED
    ), lane AS (
        (
            SELECT a.client_id, a.action_type
            FROM output_actions a WHERE a.status IN ('pending', 'retrying')
            ORDER BY a.client_id, a.action_type LIMIT 1
        )
        UNION ALL
        SELECT following.client_id, following.action_type
        FROM lane CROSS JOIN LATERAL (
            SELECT a.client_id, a.action_type
            FROM output_actions a
            WHERE a.status IN ('pending', 'retrying')
                AND (a.client_id, a.action_type) > (lane.client_id, lane.action_type)
            ORDER BY a.client_id, a.action_type LIMIT 1
        ) following
    ), busy AS (
        SELECT a.client_id, a.action_type, count(*) AS in_hand
        FROM output_actions a
        WHERE a.status = 'executing' AND a.claimed_by = p_worker
        GROUP BY a.client_id, a.action_type
    ), open_lane AS (
        SELECT lane.client_id, lane.action_type, p_per_kind - coalesce(busy.in_hand, 0) AS room
        FROM lane LEFT JOIN busy ON busy.client_id = lane.client_id AND busy.action_type = lane.action_type
        WHERE coalesce(busy.in_hand, 0) < p_per_kind
    ), early AS (
        -- More than there is room for: what another worker has locked is skipped.
        SELECT open_lane.client_id, open_lane.action_type, open_lane.room, waiting.action_id, waiting.available_at
        FROM open_lane CROSS JOIN LATERAL (
            SELECT a.action_id, a.available_at
            FROM output_actions a
            WHERE a.status IN ('pending', 'retrying') AND a.client_id = open_lane.client_id
                AND a.action_type = open_lane.action_type AND a.available_at <= v_now
            ORDER BY a.available_at, a.action_id
            LIMIT 4 * open_lane.room
        ) waiting
    ), fair AS (
        SELECT early.*,
            row_number() OVER (PARTITION BY early.client_id ORDER BY early.available_at, early.action_id) AS turn
        FROM early
    ), locked AS (
        SELECT a.action_id, fair.client_id, fair.action_type, fair.room, fair.turn
        FROM fair JOIN output_actions a ON a.action_id = fair.action_id
        WHERE a.status IN ('pending', 'retrying')
        ORDER BY fair.turn, fair.available_at, fair.action_id
        LIMIT 4 * p_limit
        FOR UPDATE OF a SKIP LOCKED
    ), due AS (
        SELECT locked.action_id, locked.turn, locked.room,
            row_number() OVER (
                PARTITION BY locked.client_id, locked.action_type ORDER BY locked.turn, locked.action_id
            ) AS place
        FROM locked
    ), chosen AS (
        SELECT action_id FROM orphan
        UNION ALL
        (SELECT due.action_id FROM due WHERE due.place <= due.room ORDER BY due.turn, due.action_id)
        LIMIT p_limit
    )
    UPDATE output_actions a
    SET status = 'executing', claimed_by = p_worker, attempt = a.attempt + 1, started_at = v_now
    FROM chosen, processes p
    WHERE a.action_id = chosen.action_id AND p.client_id = a.client_id AND p.process_id = a.process_id
    RETURNING a.action_id, a.client_id, a.process_id, a.position, a.action_type, a.target_config, a.attempt,
        a.retry_count, a.max_retries, p.process_type_id::text, p.external_id, a.created_at;
END
$$
