-- Take reviews from whom they were claimed by and who did not come back, so that lists tell that they are free.
CREATE FUNCTION free_leases(p_limit integer)
RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET jit = off
AS $$
DECLARE
    v_count integer;
BEGIN
    -- Processes are locked before reviews, as whoever decides does it.
    WITH due AS (
        SELECT r.client_id, r.process_id, r.review_id FROM reviews r
        WHERE r.status = 'open' AND r.claimed_by IS NOT NULL AND r.lease_until <= clock_timestamp()
        ORDER BY r.lease_until LIMIT p_limit
    ), shown AS (
        SELECT p.process_id FROM processes p JOIN due ON due.client_id = p.client_id AND due.process_id = p.process_id
        ORDER BY p.process_id FOR NO KEY UPDATE OF p SKIP LOCKED
    ), freed AS (
        UPDATE reviews r SET claimed_by = NULL, lease_until = NULL, version = r.version + 1
        FROM due JOIN shown ON shown.process_id = due.process_id
        WHERE r.client_id = due.client_id AND r.review_id = due.review_id
            AND r.status = 'open' AND r.lease_until <= clock_timestamp()
        RETURNING r.client_id, r.process_id
    )
    -- Whatever is written makes the row one that has changed, for those who follow changes.
    UPDATE processes p SET version = p.version FROM freed
    WHERE p.client_id = freed.client_id AND p.process_id = freed.process_id AND p.status = 'hitl_review';
    GET DIAGNOSTICS v_count = ROW_COUNT;
    RETURN v_count;
END
$$
