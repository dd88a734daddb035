-- The rows of the day and the month; a new period begins with the limits of the one before.
CREATE FUNCTION open_budgets(p_client_id uuid, p_on date) RETURNS void
LANGUAGE sql
SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
    INSERT INTO budgets (budget_id, client_id, period, period_start, cap_micros, cap_tokens)
    SELECT new_time_id(), p_client_id, opened.period, opened.period_start, last.cap_micros, last.cap_tokens
    FROM (VALUES ('day', p_on), ('month', date_trunc('month', p_on)::date)) AS opened (period, period_start)
        LEFT JOIN LATERAL (
            SELECT b.cap_micros, b.cap_tokens FROM budgets b
            WHERE b.client_id = p_client_id AND b.period = opened.period
            ORDER BY b.period_start DESC LIMIT 1
        ) last ON true
    ON CONFLICT (client_id, period, period_start) DO NOTHING
$function$;
