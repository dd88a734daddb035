-- Retention of what only the engine needs, at most 5,000 rows of each kind a call; returns the counts.
-- Process events that nobody could be given for a week are dropped: they are snapshots, the rows hold the truth.
CREATE FUNCTION sweep_engine() RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET jit = off
AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
    v_workers integer;
    v_keys integer;
    v_attempts integer;
    v_events integer;
BEGIN
    DELETE FROM workers WHERE worker_id IN (
        SELECT w.worker_id FROM workers w
        WHERE w.alive_until < v_now - interval '1 day'
            AND NOT EXISTS (SELECT FROM stage_runs r WHERE r.status = 'claimed' AND r.claimed_by = w.worker_id)
            AND NOT EXISTS (SELECT FROM output_actions a WHERE a.status = 'executing' AND a.claimed_by = w.worker_id)
            AND NOT EXISTS (SELECT FROM webhook_deliveries d WHERE d.state = 'sending' AND d.claimed_by = w.worker_id)
        LIMIT 5000
    );
    GET DIAGNOSTICS v_workers = ROW_COUNT;
    DELETE FROM idempotency_keys WHERE (client_id, route, key) IN (
        SELECT k.client_id, k.route, k.key FROM idempotency_keys k WHERE k.expires_at < v_now LIMIT 5000
    );
    GET DIAGNOSTICS v_keys = ROW_COUNT;
    DELETE FROM login_attempts WHERE attempt_id IN (
        SELECT l.attempt_id FROM login_attempts l WHERE l.created_at < v_now - interval '7 days' LIMIT 5000
    );
    GET DIAGNOSTICS v_attempts = ROW_COUNT;
    DELETE FROM outbox WHERE message_id IN (
        SELECT o.message_id FROM outbox o
        WHERE NOT starts_with(o.topic, 'audit.') AND o.created_at < v_now - interval '7 days' LIMIT 5000
    );
    GET DIAGNOSTICS v_events = ROW_COUNT;
    RETURN jsonb_build_object(
        'workers', v_workers, 'idempotency_keys', v_keys, 'login_attempts', v_attempts, 'events', v_events
    );
END
$$
