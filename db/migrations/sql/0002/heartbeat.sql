-- Renew a worker for p_expiry_s seconds. False = this id was given up or stopped; go on under a new one.
-- A row that has run out is never renewed: from then on others may take its runs.
CREATE FUNCTION heartbeat(p_worker uuid, p_service text, p_host text, p_pid integer, p_expiry_s double precision)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET jit = off
AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
BEGIN
    INSERT INTO workers AS w (worker_id, service, host, pid, alive_until)
    VALUES (p_worker, p_service, p_host, p_pid, v_now + make_interval(secs => p_expiry_s))
    ON CONFLICT (worker_id) DO UPDATE SET alive_until = excluded.alive_until
    WHERE w.alive_until > v_now AND w.stopped_at IS NULL;
    RETURN FOUND;
END
$$
