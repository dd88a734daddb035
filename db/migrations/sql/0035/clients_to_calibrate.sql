-- The clients whose reviewers approved something since their confidences were last looked at. Names them, tells no more.
CREATE FUNCTION clients_to_calibrate(p_after uuid, p_most integer) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT c.client_id FROM clients c
    WHERE (p_after IS NULL OR c.client_id > p_after) AND EXISTS (
        SELECT 1 FROM reviews r
        WHERE r.client_id = c.client_id AND r.status = 'decided' AND r.decided_at > coalesce(
            (SELECT max(k.created_at) FROM calibrations k WHERE k.client_id = c.client_id), '-infinity'))
    ORDER BY c.client_id LIMIT p_most
$$;
