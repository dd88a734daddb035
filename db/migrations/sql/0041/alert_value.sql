-- A metric, or how often an event was told, of one client in the p_window_s seconds up to p_now. NULL = nothing to
-- judge by. With the caller's own rights; every branch reads one index range of the client.
CREATE FUNCTION alert_value(p_client_id uuid, p_metric text, p_event text, p_window_s integer, p_now timestamptz)
RETURNS double precision
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp SET jit = off
AS $$
DECLARE
    v_since timestamptz := p_now - make_interval(secs => p_window_s);
BEGIN
    IF p_event IS NOT NULL THEN
        RETURN (
            SELECT count(*) FROM notifications n
            WHERE n.client_id = p_client_id AND n.type = p_event AND n.created_at > v_since AND n.created_at <= p_now
        );
    END IF;
    CASE p_metric
    WHEN 'review_queue_depth' THEN
        RETURN (SELECT count(*) FROM reviews r WHERE r.client_id = p_client_id AND r.status = 'open');
    WHEN 'review_queue_age_s' THEN
        RETURN (
            SELECT greatest(coalesce(extract(epoch FROM p_now - min(r.created_at)), 0), 0)
            FROM reviews r WHERE r.client_id = p_client_id AND r.status = 'open'
        );
    WHEN 'failure_rate' THEN
        RETURN (
            SELECT avg((p.status = 'failed')::integer) FROM processes p
            WHERE p.client_id = p_client_id AND p.updated_at > v_since
                AND p.completed_at > v_since AND p.completed_at <= p_now AND p.status IN ('completed', 'failed')
        );
    WHEN 'straight_through_rate' THEN
        RETURN (
            SELECT avg((p.reviewed_at IS NULL)::integer) FROM processes p
            WHERE p.client_id = p_client_id AND p.updated_at > v_since
                AND p.completed_at > v_since AND p.completed_at <= p_now AND p.status = 'completed'
        );
    WHEN 'latency_p95_s' THEN
        RETURN (
            SELECT percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM p.completed_at - p.created_at)::float8)
            FROM processes p
            WHERE p.client_id = p_client_id AND p.updated_at > v_since
                AND p.completed_at > v_since AND p.completed_at <= p_now AND p.status = 'completed'
        );
    WHEN 'spend_usd' THEN
        RETURN (
            SELECT coalesce(sum(c.cost_micros), 0) / 1000000.0 FROM llm_calls c
            WHERE c.client_id = p_client_id AND c.created_at > v_since AND c.created_at <= p_now
        );
    WHEN 'dead_runs' THEN
        RETURN (
            SELECT count(*) FROM stage_runs r
            WHERE r.client_id = p_client_id AND r.status = 'failed' AND r.finished_at > v_since AND r.finished_at <= p_now
        );
    WHEN 'deliveries_failing' THEN
        RETURN (
            SELECT count(*) FROM webhook_endpoints e WHERE e.client_id = p_client_id AND e.failing_since IS NOT NULL
        ) + (
            SELECT count(*) FROM notification_channels c
            WHERE c.client_id = p_client_id AND c.failing_since IS NOT NULL AND c.state = 'active'
        );
    ELSE
        RETURN NULL;
    END CASE;
END
$$
