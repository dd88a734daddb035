CREATE FUNCTION platform_alert_value(p_metric text, p_event text, p_window_s integer, p_now timestamptz)
RETURNS double precision LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET jit = off AS $$
DECLARE
    v_since timestamptz := p_now - make_interval(secs => p_window_s);
BEGIN
    -- Numbers alone leave it, and none to a session of a client.
    IF nullif(current_setting('app.current_client_id', true), '') IS NOT NULL THEN
        RAISE EXCEPTION 'figures over all clients are the platform''s' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF p_event IS NOT NULL THEN
        RETURN (
            SELECT count(*) FROM notifications n
            WHERE n.type = p_event AND n.created_at > v_since AND n.created_at <= p_now
        );
    END IF;
    CASE p_metric
    WHEN 'dead_runs' THEN
        RETURN (
            SELECT count(*) FROM stage_runs r
            WHERE r.status = 'failed' AND r.finished_at > v_since AND r.finished_at <= p_now
        );
    WHEN 'queue_depth' THEN
        RETURN (SELECT sum(m.value) FROM measure_engine() m WHERE m.measure = 'queue_ready');
    WHEN 'queue_age_s' THEN
        RETURN (SELECT max(m.value) FROM measure_engine() m WHERE m.measure = 'queue_oldest');
    WHEN 'outbox_age_s' THEN
        RETURN (SELECT max(m.value) FROM measure_engine() m WHERE m.measure = 'outbox_oldest');
    WHEN 'sendings_age_s' THEN
        RETURN (SELECT max(m.value) FROM measure_engine() m WHERE m.measure = 'sendings_oldest');
    WHEN 'review_queue_age_s' THEN
        RETURN (SELECT max(m.value) FROM measure_engine() m WHERE m.measure = 'reviews_oldest');
    WHEN 'services_down' THEN
        RETURN (SELECT count(*) FROM measure_engine() m WHERE m.measure = 'workers' AND m.value = 0);
    WHEN 'failure_rate' THEN
        RETURN (
            SELECT avg((p.status = 'failed')::integer) FROM processes p
            WHERE p.updated_at > v_since AND p.completed_at > v_since AND p.completed_at <= p_now
                AND p.status IN ('completed', 'failed')
        );
    WHEN 'spend_usd' THEN
        RETURN (
            SELECT coalesce(sum(c.cost_micros), 0) / 1000000.0 FROM llm_calls c
            WHERE c.created_at > v_since AND c.created_at <= p_now
        );
    WHEN 'providers_down' THEN
        RETURN (
            SELECT count(*) FROM (
                SELECT FROM llm_calls c
                WHERE c.created_at > v_since AND c.created_at <= p_now AND NOT c.cache_hit
                GROUP BY c.provider HAVING count(*) >= 3 AND bool_and(c.outcome IN ('error', 'failed'))
            ) down
        );
    ELSE
        RETURN NULL;
    END CASE;
END
$$;
