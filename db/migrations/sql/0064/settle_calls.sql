-- `p_calls`: the columns of llm_calls, with `answer` {cache_key, sealed, keep_s} (hex, base64) where the answer is kept.
-- What was reserved for a call is given back and what it used is booked, once: a repeat finds no reservation and the row there.
-- The client's row is held only from the booking on: others reserve while rows are written. Answers are written in the order of their keys.
CREATE FUNCTION settle_calls(p_calls jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
BEGIN
    INSERT INTO llm_calls (
        call_id, client_id, process_id, run_id, stage, provider, model, asked_model, prompt_id, tokens_input,
        tokens_output, tokens_cache_read, tokens_cache_write, tokens_reasoning, cost_micros, outcome, error_kind,
        request_id, cache_hit, duration_ms, created_at
    )
    SELECT a.call_id, a.client_id, a.process_id, a.run_id, a.stage, a.provider, a.model, a.asked_model, a.prompt_id,
        a.tokens_input, a.tokens_output, a.tokens_cache_read, a.tokens_cache_write, a.tokens_reasoning, a.cost_micros,
        a.outcome, a.error_kind, a.request_id, a.cache_hit, a.duration_ms, a.called_at
    FROM jsonb_to_recordset(p_calls) AS a (
        call_id uuid, client_id uuid, process_id uuid, run_id uuid, stage text, provider text, model text,
        asked_model text, prompt_id uuid, tokens_input integer, tokens_output integer, tokens_cache_read integer,
        tokens_cache_write integer, tokens_reasoning integer, cost_micros bigint, outcome text, error_kind text,
        request_id text, cache_hit boolean, duration_ms integer, called_at timestamptz
    )
    ON CONFLICT (call_id) DO NOTHING;

    INSERT INTO llm_cache (client_id, cache_key, process_id, answer_sealed, expires_at)
    SELECT DISTINCT ON (a.client_id, kept.cache_key) a.client_id, decode(kept.cache_key, 'hex'), a.process_id,
        decode(kept.sealed, 'base64'), clock_timestamp() + make_interval(secs => kept.keep_s)
    FROM jsonb_to_recordset(p_calls) AS a (client_id uuid, process_id uuid, answer jsonb)
        CROSS JOIN LATERAL jsonb_to_record(a.answer) AS kept (cache_key text, sealed text, keep_s double precision)
    WHERE jsonb_typeof(a.answer) = 'object'
    ON CONFLICT (client_id, cache_key) DO UPDATE
    SET answer_sealed = EXCLUDED.answer_sealed, expires_at = EXCLUDED.expires_at, process_id = EXCLUDED.process_id;

    PERFORM 1 FROM clients c
    WHERE c.client_id IN (SELECT (a ->> 'client_id')::uuid FROM jsonb_array_elements(p_calls) a)
    ORDER BY c.client_id FOR NO KEY UPDATE;

    WITH called AS (
        SELECT * FROM jsonb_to_recordset(p_calls) AS a (
            client_id uuid, call_id uuid, tokens_input integer, tokens_output integer, cost_micros bigint
        )
    ), ended AS (
        DELETE FROM budget_reservations r USING called
        WHERE r.client_id = called.client_id AND r.call_id = called.call_id
        RETURNING r.client_id, r.reserved_on, CASE WHEN r.released THEN 0 ELSE r.tokens END AS held_tokens,
            CASE WHEN r.released THEN 0 ELSE coalesce(r.micros, 0) END AS held_micros,
            called.tokens_input + called.tokens_output AS tokens, coalesce(called.cost_micros, 0) AS micros
    ), days AS (
        SELECT ended.client_id, ended.reserved_on, sum(ended.held_tokens) AS held_tokens,
            sum(ended.held_micros) AS held_micros, sum(ended.tokens) AS tokens, sum(ended.micros) AS micros
        FROM ended GROUP BY ended.client_id, ended.reserved_on
    ), periods AS (
        SELECT days.client_id, opened.period, opened.period_start, sum(days.held_tokens) AS held_tokens,
            sum(days.held_micros) AS held_micros, sum(days.tokens) AS tokens, sum(days.micros) AS micros
        FROM days CROSS JOIN LATERAL (
            VALUES ('day', days.reserved_on), ('month', date_trunc('month', days.reserved_on)::date)
        ) AS opened (period, period_start)
        GROUP BY days.client_id, opened.period, opened.period_start
    ), booked AS (
        UPDATE budgets b
        SET reserved_tokens = b.reserved_tokens - periods.held_tokens,
            reserved_micros = b.reserved_micros - periods.held_micros,
            spent_tokens = b.spent_tokens + periods.tokens, spent_micros = b.spent_micros + periods.micros
        FROM periods
        WHERE b.client_id = periods.client_id AND b.period = periods.period AND b.period_start = periods.period_start
    ), balances AS (
        SELECT days.client_id, sum(days.held_tokens - days.tokens) AS back FROM days GROUP BY days.client_id
    )
    UPDATE clients c SET token_balance = c.token_balance + balances.back
    FROM balances
    WHERE c.client_id = balances.client_id AND c.token_balance IS NOT NULL AND balances.back <> 0;

    PERFORM warn_of_budgets(used.client_id, used."on", NULL, NULL)
    FROM (
        SELECT DISTINCT (a ->> 'client_id')::uuid AS client_id, ((a ->> 'called_at')::timestamptz AT TIME ZONE 'UTC')::date AS "on"
        FROM jsonb_array_elements(p_calls) a
        ORDER BY 1, 2
    ) used;
END
$function$;
