-- Take due evaluations and hold them for p_hold_s seconds: one whose worker died is due again when its hold is over.
CREATE FUNCTION take_evaluations(p_limit integer, p_hold_s double precision)
RETURNS TABLE (evaluation_id uuid, client_id uuid, attempt integer, failures integer)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    WITH due AS (
        SELECT e.evaluation_id FROM public.evaluations e
        WHERE e.status IN ('pending', 'running') AND e.available_at <= clock_timestamp()
        ORDER BY e.available_at, e.evaluation_id
        LIMIT p_limit
        FOR UPDATE OF e SKIP LOCKED
    )
    UPDATE public.evaluations e
    SET status = 'running', attempt = e.attempt + 1, available_at = clock_timestamp() + make_interval(secs => p_hold_s)
    FROM due WHERE e.evaluation_id = due.evaluation_id
    RETURNING e.evaluation_id, e.client_id, e.attempt, e.failures
$$
