-- What was reserved for calls that nobody ended is free again; one that is settled after all is booked then.
CREATE FUNCTION sweep_usage() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
DECLARE
    v_clients uuid[];
    v_released integer;
BEGIN
    SELECT array_agg(held.client_id) INTO v_clients
    FROM (
        SELECT c.client_id FROM clients c
        WHERE c.client_id IN (
            SELECT r.client_id FROM budget_reservations r WHERE NOT r.released AND r.expires_at < clock_timestamp()
        )
        ORDER BY c.client_id FOR NO KEY UPDATE
    ) held;

    WITH stale AS (
        UPDATE budget_reservations r SET released = true
        WHERE r.client_id = ANY (v_clients) AND NOT r.released AND r.expires_at < clock_timestamp()
        RETURNING r.client_id, r.reserved_on, r.tokens, coalesce(r.micros, 0) AS micros
    ), periods AS (
        SELECT stale.client_id, opened.period, opened.period_start, sum(stale.tokens) AS tokens, sum(stale.micros) AS micros
        FROM stale CROSS JOIN LATERAL (
            VALUES ('day', stale.reserved_on), ('month', date_trunc('month', stale.reserved_on)::date)
        ) AS opened (period, period_start)
        GROUP BY stale.client_id, opened.period, opened.period_start
    ), freed AS (
        UPDATE budgets b
        SET reserved_tokens = b.reserved_tokens - periods.tokens, reserved_micros = b.reserved_micros - periods.micros
        FROM periods
        WHERE b.client_id = periods.client_id AND b.period = periods.period AND b.period_start = periods.period_start
    ), balances AS (
        UPDATE clients c SET token_balance = c.token_balance + back.tokens
        FROM (SELECT stale.client_id, sum(stale.tokens) AS tokens FROM stale GROUP BY stale.client_id) back
        WHERE c.client_id = back.client_id AND c.token_balance IS NOT NULL
    )
    SELECT count(*) INTO v_released FROM stale;

    DELETE FROM budget_reservations r WHERE r.released AND r.expires_at < clock_timestamp() - interval '1 day';
    -- An answer that is being written anew is left to its writer, who waits for the client's row that is held here.
    DELETE FROM llm_cache k
    USING (
        SELECT o.client_id, o.cache_key FROM llm_cache o WHERE o.expires_at < clock_timestamp() FOR UPDATE SKIP LOCKED
    ) old
    WHERE k.client_id = old.client_id AND k.cache_key = old.cache_key;
    RETURN v_released;
END
$function$;
