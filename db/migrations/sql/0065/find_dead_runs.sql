-- Runs that ended their process as failed, newest first: of the client that the transaction is bound to, of all clients when
-- it is bound to none, then without what a client calls its process. Everything but p_limit may be null; p_before_at and
-- p_before_run name the row before the first.
CREATE FUNCTION find_dead_runs(
    p_limit integer, p_before_at timestamptz, p_before_run uuid, p_stage text, p_error_code text, p_run uuid, p_process uuid
)
RETURNS TABLE (
    run_id uuid, client_id uuid, client_name text, process_id uuid, process_type_id text, external_id text, stage text,
    step text, error_code text, error_message text, attempt integer, failures integer, losses integer,
    finished_at timestamptz
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET jit = off
AS $$
    WITH bound AS (SELECT nullif(current_setting('app.current_client_id', true), '')::uuid AS client_id)
    SELECT r.run_id, r.client_id, c.name, r.process_id, p.process_type_id,
        CASE WHEN b.client_id IS NOT NULL THEN p.external_id END, r.stage, r.step, r.error_code, r.error_message,
        r.attempt, r.failures, r.losses, r.finished_at
    FROM stage_runs r
        JOIN processes p ON p.client_id = r.client_id AND p.process_id = r.process_id
        JOIN clients c ON c.client_id = r.client_id
        CROSS JOIN bound b
    WHERE r.status = 'failed' AND p.status = 'failed'
        AND (b.client_id IS NULL OR r.client_id = b.client_id)
        AND (p_before_at IS NULL OR (r.finished_at, r.run_id) < (p_before_at, p_before_run))
        AND (p_stage IS NULL OR r.stage = p_stage)
        AND (p_error_code IS NULL OR r.error_code = p_error_code)
        AND (p_run IS NULL OR r.run_id = p_run)
        AND (p_process IS NULL OR r.process_id = p_process)
        AND NOT EXISTS (
            SELECT FROM stage_runs later
            WHERE later.client_id = r.client_id AND later.process_id = r.process_id
                AND (later.created_at, later.run_id) > (r.created_at, r.run_id)
        )
    ORDER BY r.finished_at DESC, r.run_id DESC
    LIMIT least(greatest(p_limit, 0), 1000)
$$
