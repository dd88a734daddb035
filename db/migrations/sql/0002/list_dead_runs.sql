-- Runs that ended their process as failed, newest first: ids and codes only. p_before and p_process may be null.
CREATE FUNCTION list_dead_runs(p_limit integer, p_before timestamptz, p_process uuid)
RETURNS TABLE (
    run_id uuid, client_id uuid, process_id uuid, stage text, error_code text, attempt integer, failures integer,
    losses integer, finished_at timestamptz
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET jit = off
AS $$
    SELECT r.run_id, r.client_id, r.process_id, r.stage, r.error_code, r.attempt, r.failures, r.losses, r.finished_at
    FROM stage_runs r JOIN processes p ON p.client_id = r.client_id AND p.process_id = r.process_id
    WHERE r.status = 'failed' AND p.status = 'failed' AND (p_before IS NULL OR r.finished_at < p_before)
        AND (p_process IS NULL OR r.process_id = p_process)
        AND NOT EXISTS (
            SELECT FROM stage_runs later
            WHERE later.client_id = r.client_id AND later.process_id = r.process_id
                AND (later.created_at, later.run_id) > (r.created_at, r.run_id)
        )
    ORDER BY r.finished_at DESC, r.run_id DESC
    LIMIT least(greatest(p_limit, 0), 1000)
$$
