-- `p_asked`: [{client_id, cache_key}], keys in hex.
CREATE FUNCTION find_answers(p_asked jsonb) RETURNS TABLE (client_id uuid, cache_key bytea, answer_sealed bytea)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
    SELECT k.client_id, k.cache_key, k.answer_sealed
    FROM jsonb_to_recordset(p_asked) AS a (client_id uuid, cache_key text)
        JOIN llm_cache k ON k.client_id = a.client_id AND k.cache_key = decode(a.cache_key, 'hex')
    WHERE k.expires_at > now()
$function$;
