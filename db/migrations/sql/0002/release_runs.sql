-- Give runs back unfinished, ready at once: no loss is counted and they keep their place in the queue.
--
-- Waits for a transaction that has the rows in hand: a claim whose answer was lost may be about to commit.
CREATE FUNCTION release_runs(p_worker uuid, p_runs uuid[]) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET jit = off
AS $$
DECLARE
    v_count integer;
BEGIN
    PERFORM FROM stage_runs r WHERE r.run_id = ANY (p_runs) ORDER BY r.run_id FOR NO KEY UPDATE;

    UPDATE stage_runs SET status = 'ready', claimed_by = NULL, started_at = NULL
    WHERE claimed_by = p_worker AND status = 'claimed' AND run_id = ANY (p_runs);
    GET DIAGNOSTICS v_count = ROW_COUNT;
    RETURN v_count;
END
$$
