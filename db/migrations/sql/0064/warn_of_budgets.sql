-- Tells of each step (50, 80, 100 %) that the use of a budget has reached, once: a notification, and an event for
-- those who asked for it. A call that finds no room counts as if it had been made.
CREATE FUNCTION warn_of_budgets(p_client_id uuid, p_on date, p_tokens bigint, p_micros bigint) RETURNS void
LANGUAGE plpgsql
SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
BEGIN
    IF NOT EXISTS (
        SELECT FROM budgets b
        WHERE b.client_id = p_client_id AND (b.cap_tokens IS NOT NULL OR b.cap_micros IS NOT NULL)
            AND b.warned_percent < 100
            AND (b.period, b.period_start) IN (('day', p_on), ('month', date_trunc('month', p_on)::date))
    ) THEN
        RETURN;
    END IF;
    WITH used AS (
        SELECT b.budget_id, greatest(
                (b.spent_tokens + coalesce(b.reserved_tokens + p_tokens, 0)) / nullif(b.cap_tokens, 0)::numeric,
                (b.spent_micros + coalesce(b.reserved_micros + p_micros, 0)) / nullif(b.cap_micros, 0)::numeric,
                CASE WHEN least(b.cap_tokens, b.cap_micros) = 0 AND p_tokens IS NOT NULL THEN 1 END
            ) AS share
        FROM budgets b
        WHERE b.client_id = p_client_id
            AND (b.period, b.period_start) IN (('day', p_on), ('month', date_trunc('month', p_on)::date))
    ), reached AS (
        SELECT used.budget_id,
            CASE WHEN used.share >= 1 THEN 100 WHEN used.share >= 0.8 THEN 80 WHEN used.share >= 0.5 THEN 50 END AS percent
        FROM used
    ), warned AS (
        UPDATE budgets b SET warned_percent = reached.percent
        FROM reached WHERE b.budget_id = reached.budget_id AND reached.percent > b.warned_percent
        RETURNING b.budget_id, b.period, b.period_start, b.warned_percent, b.cap_tokens, b.spent_tokens, b.cap_micros,
            b.spent_micros
    ), told AS (
        INSERT INTO notifications (notification_id, client_id, type, severity, title, message)
        SELECT new_time_id(), p_client_id, 'quota_warning',
            CASE WHEN warned.warned_percent = 100 THEN 'error' ELSE 'warning' END,
            'A budget for models is at ' || warned.warned_percent || ' %',
            'The budget of the ' || warned.period || ' from ' || warned.period_start || ' (UTC) is at '
                || warned.warned_percent || ' %.'
        FROM warned
    )
    INSERT INTO webhook_deliveries (delivery_id, client_id, endpoint_id, event_type, webhook_id, url, body)
    SELECT new_time_id(), p_client_id, e.endpoint_id, 'quota.warning',
        'msg_' || left(
            encode(sha256(convert_to(new_time_id()::text || warned.warned_percent || e.endpoint_id, 'UTF8')), 'hex'), 32
        ),
        e.url,
        jsonb_build_object(
            'type', 'quota.warning', 'timestamp', now(), 'data', jsonb_build_object(
                'process_id', NULL, 'status', NULL, 'version', NULL, 'external_id', NULL, 'links', '{}'::jsonb,
                'period', warned.period, 'period_start', warned.period_start, 'percent', warned.warned_percent,
                'cap_tokens', warned.cap_tokens, 'spent_tokens', warned.spent_tokens,
                'cap_micros', warned.cap_micros, 'spent_micros', warned.spent_micros
            )
        )::text
    FROM warned JOIN webhook_endpoints e ON e.client_id = p_client_id AND e.kind = 'endpoint' AND e.state = 'active'
        AND e.url IS NOT NULL AND 'quota.warning' = ANY (e.events);
END
$function$;
