-- Take up to p_limit runs of these stages for a live worker, attempt + 1 each.
--
-- First the runs of workers given up for dead (losses + 1; they keep their place, so they do not queue behind the
-- backlog). A run that lost two workers is a suspect: a worker holds one of those at a time, so that a document
-- which kills workers does not take its neighbours down with it.
-- Then ready, due runs, fair between clients: whoever has the fewest in hand comes first.
CREATE FUNCTION claim_runs(p_worker uuid, p_stages text[], p_limit integer)
RETURNS TABLE (
    run_id uuid, client_id uuid, process_id uuid, stage text, step text, attempt integer, failures integer,
    losses integer, created_at timestamptz, traceparent text
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    v_now timestamptz := clock_timestamp();
    v_lost uuid[];
    v_free uuid[];
    v_left integer;
BEGIN
    IF p_limit < 1 OR NOT EXISTS (
        SELECT FROM workers w WHERE w.worker_id = p_worker AND w.alive_until > v_now AND w.stopped_at IS NULL
    ) THEN
        RETURN;
    END IF;

    WITH innocent AS (
        SELECT r.run_id
        FROM stage_runs r LEFT JOIN workers w ON w.worker_id = r.claimed_by
        WHERE r.status = 'claimed' AND r.stage = ANY (p_stages) AND r.losses < 2
            AND (w.worker_id IS NULL OR w.alive_until <= v_now)
        ORDER BY r.available_at, r.run_id
        LIMIT p_limit
        FOR UPDATE OF r SKIP LOCKED
    ), suspect AS (
        SELECT r.run_id
        FROM stage_runs r LEFT JOIN workers w ON w.worker_id = r.claimed_by
        WHERE r.status = 'claimed' AND r.stage = ANY (p_stages) AND r.losses >= 2
            AND (w.worker_id IS NULL OR w.alive_until <= v_now)
            AND NOT EXISTS (
                SELECT FROM stage_runs h
                WHERE h.status = 'claimed' AND h.claimed_by = p_worker AND h.losses >= 2
            )
        ORDER BY r.available_at, r.run_id
        LIMIT 1
        FOR UPDATE OF r SKIP LOCKED
    ), orphan AS (
        SELECT run_id FROM innocent UNION ALL SELECT run_id FROM suspect
        LIMIT p_limit
    ), taken AS (
        UPDATE stage_runs r
        SET claimed_by = p_worker, attempt = r.attempt + 1, losses = r.losses + 1, started_at = v_now
        FROM orphan WHERE r.run_id = orphan.run_id
        RETURNING r.run_id
    )
    SELECT coalesce(array_agg(taken.run_id), '{}') INTO v_lost FROM taken;

    v_left := p_limit - cardinality(v_lost);
    IF v_left > 0 THEN
        -- Distinct (stage, client) by hopping over the index, so that a long backlog of one client costs nothing.
        WITH RECURSIVE places (stage, client_id) AS (
            (
                SELECT r.stage, r.client_id FROM stage_runs r
                WHERE r.status = 'ready' ORDER BY r.stage, r.client_id LIMIT 1
            )
            UNION ALL
            SELECT f.stage, f.client_id
            FROM places p CROSS JOIN LATERAL (
                SELECT r.stage, r.client_id FROM stage_runs r
                WHERE r.status = 'ready' AND (r.stage, r.client_id) > (p.stage, p.client_id)
                ORDER BY r.stage, r.client_id LIMIT 1
            ) f
        ), waiting AS (
            SELECT p.stage, p.client_id FROM places p WHERE p.stage = ANY (p_stages)
        ), held AS (
            SELECT r.client_id, count(*) AS in_hand FROM stage_runs r WHERE r.status = 'claimed' GROUP BY r.client_id
        ), due AS (
            SELECT d.run_id, d.available_at, w.client_id,
                row_number() OVER (PARTITION BY w.client_id ORDER BY d.available_at, d.run_id) AS place
            FROM waiting w CROSS JOIN LATERAL (
                SELECT r.run_id, r.available_at FROM stage_runs r
                WHERE r.status = 'ready' AND r.stage = w.stage AND r.client_id = w.client_id
                    AND r.available_at <= v_now
                ORDER BY r.available_at, r.run_id
                LIMIT (SELECT greatest(2, ceil(4.0 * v_left / greatest(count(*), 1))) FROM waiting)
            ) d
        ), ranked AS (
            SELECT due.run_id, due.available_at, coalesce(held.in_hand, 0) + due.place AS turn
            FROM due LEFT JOIN held ON held.client_id = due.client_id
            ORDER BY turn, due.available_at, due.run_id
            LIMIT 4 * v_left
        ), free AS (
            SELECT r.run_id
            FROM ranked JOIN stage_runs r ON r.run_id = ranked.run_id
            WHERE r.status = 'ready'
            ORDER BY ranked.turn, ranked.available_at, ranked.run_id
            LIMIT v_left
            FOR UPDATE OF r SKIP LOCKED
        ), taken AS (
            UPDATE stage_runs r
            SET status = 'claimed', claimed_by = p_worker, attempt = r.attempt + 1, started_at = v_now,
                finished_at = NULL
            FROM free WHERE r.run_id = free.run_id
            RETURNING r.run_id
        )
        SELECT coalesce(array_agg(taken.run_id), '{}') INTO v_free FROM taken;
    END IF;

    RETURN QUERY
    SELECT r.run_id, r.client_id, r.process_id, r.stage, r.step, r.attempt, r.failures, r.losses, r.created_at,
        r.traceparent
    FROM stage_runs r
    WHERE r.run_id = ANY (v_lost || coalesce(v_free, '{}'))
    ORDER BY r.available_at, r.run_id;
END
$$
