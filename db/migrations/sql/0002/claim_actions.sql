-- Take due output actions and those of dead workers. A worker's death uses up no retry.
CREATE FUNCTION claim_actions(p_worker uuid, p_limit integer)
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
    WITH orphan AS (
        SELECT a.action_id
        FROM output_actions a LEFT JOIN workers w ON w.worker_id = a.claimed_by
        WHERE a.status = 'executing' AND (w.worker_id IS NULL OR w.alive_until <= v_now)
        ORDER BY a.available_at, a.action_id
        LIMIT p_limit
        FOR UPDATE OF a SKIP LOCKED
    ), early AS (
        SELECT a.action_id, a.client_id, a.available_at
        FROM output_actions a
        WHERE a.status IN ('pending', 'retrying') AND a.available_at <= v_now
        ORDER BY a.available_at, a.action_id
        LIMIT 20 * p_limit
    ), fair AS (
        SELECT early.action_id, early.available_at,
            row_number() OVER (PARTITION BY early.client_id ORDER BY early.available_at, early.action_id) AS turn
        FROM early
    ), due AS (
        SELECT a.action_id
        FROM fair JOIN output_actions a ON a.action_id = fair.action_id
        WHERE a.status IN ('pending', 'retrying')
        ORDER BY fair.turn, fair.available_at, fair.action_id
        LIMIT p_limit
        FOR UPDATE OF a SKIP LOCKED
    ), chosen AS (
        SELECT action_id FROM orphan UNION ALL SELECT action_id FROM due
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
