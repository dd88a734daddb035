-- Files that are due to go, for `p_lease_s` in the hands of the caller. Once taken, whoever meant to withdraw the
-- removal by accepting the process sees that it is too late; and while a process stands, none of its files go.
CREATE FUNCTION take_removals(p_limit integer, p_lease_s double precision)
RETURNS TABLE (removal_id uuid, prefix text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    v_now timestamptz := clock_timestamp();
BEGIN
    DELETE FROM file_removals WHERE removal_id IN (
        SELECT r.removal_id FROM file_removals r
        WHERE r.available_at <= v_now AND EXISTS (SELECT FROM processes p WHERE p.process_id = r.process_id)
        ORDER BY r.available_at LIMIT p_limit FOR UPDATE OF r SKIP LOCKED
    );
    RETURN QUERY
    WITH due AS (
        SELECT r.removal_id FROM file_removals r
        WHERE r.available_at <= v_now AND NOT EXISTS (SELECT FROM processes p WHERE p.process_id = r.process_id)
        ORDER BY r.available_at, r.removal_id LIMIT p_limit FOR UPDATE OF r SKIP LOCKED
    )
    UPDATE file_removals r
    SET is_taken = true, available_at = v_now + make_interval(secs => p_lease_s)
    FROM due WHERE r.removal_id = due.removal_id
    RETURNING r.removal_id, r.prefix;
END
$$
