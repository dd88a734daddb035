-- End a worker in order: all it held is free at once, and nothing is counted against it.
CREATE FUNCTION stop_worker(p_worker uuid) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET jit = off
AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
    v_count integer;
BEGIN
    UPDATE workers SET stopped_at = v_now, alive_until = least(alive_until, v_now) WHERE worker_id = p_worker;
    UPDATE stage_runs SET status = 'ready', claimed_by = NULL, started_at = NULL
    WHERE claimed_by = p_worker AND status = 'claimed';
    GET DIAGNOSTICS v_count = ROW_COUNT;
    UPDATE output_actions SET status = CASE WHEN retry_count > 0 THEN 'retrying' ELSE 'pending' END, claimed_by = NULL
    WHERE claimed_by = p_worker AND status = 'executing';
    UPDATE webhook_deliveries SET state = 'pending', claimed_by = NULL
    WHERE claimed_by = p_worker AND state = 'sending';
    RETURN v_count;
END
$$
