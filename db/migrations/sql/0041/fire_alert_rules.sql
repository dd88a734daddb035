-- Evaluate a client's rules at p_now, and write a notification for each that is past its threshold and not resting. Of
-- two who evaluate at once the second waits for the first and finds the rule resting. Returns how many fired.
CREATE FUNCTION fire_alert_rules(p_client_id uuid, p_now timestamptz) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, public, pg_temp SET jit = off
AS $$
DECLARE
    v_fired integer;
BEGIN
    -- In one order for all; the lock is what makes the second one wait.
    PERFORM FROM alert_rules r WHERE r.client_id = p_client_id AND r.is_enabled ORDER BY r.rule_id FOR UPDATE;
    UPDATE alert_rules r
    SET last_value = alert_value(p_client_id, r.metric, r.event, r.window_s, p_now), last_evaluated_at = p_now
    WHERE r.client_id = p_client_id AND r.is_enabled;
    WITH fired AS (
        UPDATE alert_rules r SET last_fired_at = p_now
        WHERE r.client_id = p_client_id AND r.is_enabled
            AND CASE r.comparison WHEN 'above' THEN r.last_value > r.threshold ELSE r.last_value < r.threshold END
            AND (r.last_fired_at IS NULL OR r.last_fired_at + make_interval(secs => r.cool_down_s) <= p_now)
        RETURNING r.name, r.metric, r.event, r.comparison, r.threshold, r.window_s, r.severity, r.last_value
    ), told AS (
        INSERT INTO notifications (notification_id, client_id, type, severity, title, message, created_at)
        SELECT new_time_id(), p_client_id, 'alert', f.severity, 'Alert: ' || f.name,
            coalesce(f.metric, f.event) || ' is ' || round(f.last_value::numeric, 3)::float8 || ', ' || f.comparison || ' '
                || f.threshold || ' (window ' || f.window_s || ' s).',
            p_now
        FROM fired f
        RETURNING 1
    )
    SELECT count(*) INTO v_fired FROM told;
    RETURN v_fired;
END
$$
