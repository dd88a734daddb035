-- Up to p_most processes of the client that is bound, with p_part (lower case, at least three characters) in a file's
-- name or in the external id. Under row-level security an index of arrays would not be asked: their operators are not
-- leak-proof. So the engine asks it, and only for the client that is bound.
CREATE FUNCTION find_by_part(p_part text, p_most integer)
RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET jit = off SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    v_client_id uuid := nullif(current_setting('app.current_client_id', true), '')::uuid;
    v_grams bigint[] := search_grams(v_client_id, p_part);
BEGIN
    IF coalesce(cardinality(v_grams), 0) = 0 THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT found.process_id FROM (
        (SELECT p.process_id FROM processes p
         WHERE p.external_key IS NOT NULL AND search_grams(p.client_id, p.external_key) @> v_grams
             AND p.client_id = v_client_id AND position(p_part IN p.external_key) > 0
         LIMIT p_most)
        UNION
        (SELECT d.process_id FROM documents d
         WHERE search_grams(d.client_id, d.name_key) @> v_grams
             AND d.client_id = v_client_id AND position(p_part IN d.name_key) > 0
         LIMIT p_most)
    ) found LIMIT p_most;
END
$$
