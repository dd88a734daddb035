-- What waits in the engine, as counts and ages in seconds, for the gauges of a service. Counts and closed labels only:
-- nothing of any client.
CREATE FUNCTION measure_engine() RETURNS TABLE (measure text, label text, value double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET jit = off
AS $$
    WITH at AS (SELECT clock_timestamp() AS now),
    stages (stage) AS (VALUES ('INGEST'), ('INTELLIGENT_OCR'), ('INTELLIGENT_PROCESS'), ('OUTPUT')),
    ready AS (
        SELECT r.stage, count(*) FILTER (WHERE r.available_at <= at.now) AS due,
            count(*) FILTER (WHERE r.available_at > at.now) AS later, min(r.available_at) AS oldest
        FROM stage_runs r CROSS JOIN at WHERE r.status = 'ready' GROUP BY r.stage
    ), claimed AS (
        SELECT r.stage, count(*) AS runs, min(r.started_at) AS oldest
        FROM stage_runs r WHERE r.status = 'claimed' GROUP BY r.stage
    ), dead AS (
        SELECT r.stage, count(*) AS runs FROM stage_runs r CROSS JOIN at
        WHERE r.status = 'failed' AND r.finished_at > at.now - interval '24 hours' GROUP BY r.stage
    ), leaving AS (
        SELECT CASE WHEN starts_with(o.topic, 'audit.') THEN 'audit' ELSE 'event' END AS kind, count(*) AS messages,
            min(o.created_at) AS oldest
        FROM outbox o GROUP BY 1
    ), kinds (kind) AS (VALUES ('audit'), ('event')),
    due AS (
        SELECT 'deliveries' AS lane, count(*) AS pieces, min(d.available_at) AS oldest
        FROM webhook_deliveries d CROSS JOIN at WHERE d.state = 'pending' AND d.available_at <= at.now
        UNION ALL
        SELECT 'actions', count(*), min(a.available_at)
        FROM output_actions a CROSS JOIN at WHERE a.status IN ('pending', 'retrying') AND a.available_at <= at.now
    ), open_reviews AS (
        SELECT count(*) AS reviews, min(v.created_at) AS oldest FROM reviews v
        WHERE v.status = 'open' AND NOT v.is_blind_sample
    ), open_samples AS (
        SELECT count(*) AS samples FROM reviews v WHERE v.status = 'open' AND v.is_blind_sample
    ), alive AS (
        SELECT w.service, count(*) AS workers FROM workers w CROSS JOIN at
        WHERE w.alive_until > at.now AND w.stopped_at IS NULL GROUP BY w.service
    ), services (service) AS (VALUES ('worker-ocr'), ('worker-processor'), ('worker-output'))
    SELECT m.measure, m.label, m.value FROM at CROSS JOIN LATERAL (
        SELECT 'queue_ready', s.stage, coalesce(r.due, 0)::float8 FROM stages s LEFT JOIN ready r USING (stage)
        UNION ALL
        SELECT 'queue_delayed', s.stage, coalesce(r.later, 0) FROM stages s LEFT JOIN ready r USING (stage)
        UNION ALL
        SELECT 'queue_oldest', s.stage, greatest(coalesce(extract(epoch FROM at.now - r.oldest), 0), 0)
        FROM stages s LEFT JOIN ready r USING (stage)
        UNION ALL
        SELECT 'queue_claimed', s.stage, coalesce(c.runs, 0) FROM stages s LEFT JOIN claimed c USING (stage)
        UNION ALL
        SELECT 'claimed_oldest', s.stage, greatest(coalesce(extract(epoch FROM at.now - c.oldest), 0), 0)
        FROM stages s LEFT JOIN claimed c USING (stage)
        UNION ALL
        SELECT 'dead', s.stage, coalesce(d.runs, 0) FROM stages s LEFT JOIN dead d USING (stage)
        UNION ALL
        SELECT 'outbox', k.kind, coalesce(l.messages, 0) FROM kinds k LEFT JOIN leaving l USING (kind)
        UNION ALL
        SELECT 'outbox_oldest', k.kind, greatest(coalesce(extract(epoch FROM at.now - l.oldest), 0), 0)
        FROM kinds k LEFT JOIN leaving l USING (kind)
        UNION ALL
        SELECT 'sendings', d.lane, d.pieces FROM due d
        UNION ALL
        SELECT 'sendings_oldest', d.lane, greatest(coalesce(extract(epoch FROM at.now - d.oldest), 0), 0) FROM due d
        UNION ALL
        SELECT 'reviews', NULL, v.reviews FROM open_reviews v
        UNION ALL
        SELECT 'reviews_oldest', NULL, greatest(coalesce(extract(epoch FROM at.now - v.oldest), 0), 0)
        FROM open_reviews v
        UNION ALL
        SELECT 'samples', NULL, v.samples FROM open_samples v
        UNION ALL
        SELECT 'workers', s.service, coalesce(a.workers, 0) FROM services s LEFT JOIN alive a USING (service)
    ) m (measure, label, value)
$$
