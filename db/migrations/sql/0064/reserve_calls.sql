-- `p_asked`: [{client_id, call_id, tokens, micros, on, ttl_s}]; micros null = the price is unknown. Each is granted whole or
-- refused with the reason: balance, tokens, cost, price_unknown. Whoever reserves or settles holds the client's row, in
-- the order of ids: so what is read here is still true when it is written. Where there is room for all of a client's, nobody
-- is asked one by one.
CREATE FUNCTION reserve_calls(p_asked jsonb) RETURNS TABLE (call_id uuid, refusal text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
#variable_conflict use_column
DECLARE
    v_group record;
    v_one record;
    v_balance bigint;
    v_rows integer;
    v_tokens_left bigint;
    v_micros_left bigint;
    v_tokens bigint;
    v_micros bigint;
    v_unpriced boolean;
BEGIN
    FOR v_group IN
        SELECT a.client_id, a."on" FROM jsonb_to_recordset(p_asked) AS a (client_id uuid, "on" date)
        GROUP BY a.client_id, a."on" ORDER BY a.client_id, a."on"
    LOOP
        SELECT c.token_balance INTO v_balance FROM clients c WHERE c.client_id = v_group.client_id FOR NO KEY UPDATE;
        FOR v_rows IN 1..2 LOOP
            SELECT min(b.cap_tokens - b.spent_tokens - b.reserved_tokens), min(b.cap_micros - b.spent_micros - b.reserved_micros)
            INTO v_tokens_left, v_micros_left
            FROM budgets b
            WHERE b.client_id = v_group.client_id AND (b.period, b.period_start) IN (
                ('day', v_group."on"), ('month', date_trunc('month', v_group."on")::date)
            )
            HAVING count(*) = 2;
            EXIT WHEN FOUND;
            PERFORM open_budgets(v_group.client_id, v_group."on");
        END LOOP;
        SELECT sum(a.tokens), coalesce(sum(a.micros), 0), bool_or(a.micros IS NULL)
        INTO v_tokens, v_micros, v_unpriced
        FROM jsonb_to_recordset(p_asked) AS a (client_id uuid, tokens bigint, micros bigint, "on" date)
        WHERE a.client_id = v_group.client_id AND a."on" = v_group."on";
        IF coalesce(v_tokens <= v_balance, true) AND coalesce(v_tokens <= v_tokens_left, true)
            AND (v_micros_left IS NULL OR NOT v_unpriced AND v_micros <= v_micros_left)
        THEN
            RETURN QUERY
            INSERT INTO budget_reservations AS r (client_id, call_id, reserved_on, tokens, micros, expires_at)
            SELECT a.client_id, a.call_id, a."on", a.tokens, a.micros,
                clock_timestamp() + make_interval(secs => a.ttl_s)
            FROM jsonb_to_recordset(p_asked) AS a (
                client_id uuid, call_id uuid, tokens bigint, micros bigint, "on" date, ttl_s double precision
            )
            WHERE a.client_id = v_group.client_id AND a."on" = v_group."on"
            RETURNING r.call_id, NULL::text;
        ELSE
            v_tokens := 0;
            v_micros := 0;
            FOR v_one IN
                SELECT a.call_id, a.tokens, a.micros, a.ttl_s
                FROM jsonb_to_recordset(p_asked) AS a (
                    client_id uuid, call_id uuid, tokens bigint, micros bigint, "on" date, ttl_s double precision
                )
                WHERE a.client_id = v_group.client_id AND a."on" = v_group."on"
            LOOP
                call_id := v_one.call_id;
                refusal := CASE
                    WHEN v_balance - v_tokens < v_one.tokens THEN 'balance'
                    WHEN v_tokens_left - v_tokens < v_one.tokens THEN 'tokens'
                    WHEN v_micros_left IS NOT NULL AND v_one.micros IS NULL THEN 'price_unknown'
                    WHEN v_micros_left - v_micros < v_one.micros THEN 'cost'
                END;
                IF refusal IS NULL THEN
                    INSERT INTO budget_reservations (client_id, call_id, reserved_on, tokens, micros, expires_at)
                    VALUES (
                        v_group.client_id, v_one.call_id, v_group."on", v_one.tokens, v_one.micros,
                        clock_timestamp() + make_interval(secs => v_one.ttl_s)
                    );
                    v_tokens := v_tokens + v_one.tokens;
                    v_micros := v_micros + coalesce(v_one.micros, 0);
                ELSIF refusal IN ('tokens', 'cost') THEN
                    PERFORM warn_of_budgets(
                        v_group.client_id, v_group."on", v_tokens + v_one.tokens, v_micros + coalesce(v_one.micros, 0)
                    );
                END IF;
                RETURN NEXT;
            END LOOP;
        END IF;
        UPDATE budgets b
        SET reserved_tokens = b.reserved_tokens + v_tokens, reserved_micros = b.reserved_micros + v_micros
        WHERE b.client_id = v_group.client_id AND v_tokens + v_micros > 0 AND (b.period, b.period_start) IN (
            ('day', v_group."on"), ('month', date_trunc('month', v_group."on")::date)
        );
        UPDATE clients c SET token_balance = c.token_balance - v_tokens
        WHERE c.client_id = v_group.client_id AND c.token_balance IS NOT NULL AND v_tokens > 0;
    END LOOP;
END
$function$;
