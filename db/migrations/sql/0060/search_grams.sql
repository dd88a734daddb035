-- Every three characters that follow one another in a text, each as a number of this client's alone: what an index of
-- parts holds. Empty for a shorter text.
CREATE FUNCTION search_grams(p_client_id uuid, p_text text)
RETURNS bigint[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(array_agg(hashtextextended(substr(p_text, place, 3), own)), '{}')
    FROM hashtextextended(p_client_id::text, 0) AS own, generate_series(1, length(p_text) - 2) AS place;
END
