-- `p_asked`: as reserve_calls has it, and `unless`, keys in hex. What has an answer under one of its keys gets the first of
-- them and reserves nothing; the others reserve. Only what is not simply reserved comes back: with its answer, or with its
-- refusal. Plans are kept from when the tables were small: hence each key is looked up by itself, and in the index.
CREATE FUNCTION begin_calls(p_asked jsonb)
RETURNS TABLE (call_id uuid, refusal text, cache_key bytea, answer_sealed bytea)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path TO 'pg_catalog', 'public', 'pg_temp'
SET enable_seqscan TO 'off'
AS $function$
#variable_conflict use_column
DECLARE
    v_known uuid[];
BEGIN
    FOR call_id, cache_key, answer_sealed IN
        SELECT DISTINCT ON (a.call_id) a.call_id, k.cache_key, k.answer_sealed
        FROM jsonb_to_recordset(p_asked) AS a (client_id uuid, call_id uuid, unless jsonb)
            CROSS JOIN LATERAL jsonb_array_elements_text(a.unless) WITH ORDINALITY AS wanted (cache_key, place)
            CROSS JOIN LATERAL (
                SELECT l.cache_key, l.answer_sealed FROM llm_cache l
                WHERE l.client_id = a.client_id AND l.cache_key = decode(wanted.cache_key, 'hex')
                    AND l.expires_at > now()
                LIMIT 1
            ) k
        ORDER BY a.call_id, wanted.place
    LOOP
        v_known := v_known || call_id;
        RETURN NEXT;
    END LOOP;
    IF v_known IS NOT NULL THEN
        p_asked := (
            SELECT jsonb_agg(a) FROM jsonb_array_elements(p_asked) a WHERE (a ->> 'call_id')::uuid <> ALL (v_known)
        );
    END IF;
    RETURN QUERY
    SELECT r.call_id, r.refusal, NULL::bytea, NULL::bytea FROM reserve_calls(p_asked) r WHERE r.refusal IS NOT NULL;
END
$function$;
