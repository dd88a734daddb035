-- What was removed is done, unless a later look is due: a worker may still have been writing.
CREATE FUNCTION end_removals(p_removals uuid[]) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET jit = off
AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
    v_done integer;
BEGIN
    UPDATE file_removals r SET available_at = r.last_at
    WHERE r.removal_id = ANY (p_removals) AND r.last_at > v_now;
    DELETE FROM file_removals r WHERE r.removal_id = ANY (p_removals) AND r.last_at <= v_now;
    GET DIAGNOSTICS v_done = ROW_COUNT;
    RETURN v_done;
END
$$
