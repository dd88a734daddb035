-- True for the one caller that is to do this periodic job now.
CREATE FUNCTION claim_periodic(p_name text, p_every_s double precision) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET jit = off
AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
BEGIN
    INSERT INTO periodic_runs AS p (name, last_started_at) VALUES (p_name, v_now)
    ON CONFLICT (name) DO UPDATE SET last_started_at = v_now
    WHERE p.last_started_at IS NULL OR p.last_started_at <= v_now - make_interval(secs => p_every_s);
    RETURN FOUND;
END
$$
