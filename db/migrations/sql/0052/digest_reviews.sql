-- Tell each client whose reviews have waited for longer than p_age: how many, and for how long. At most one in p_every.
CREATE FUNCTION digest_reviews(p_age interval, p_every interval)
RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET jit = off
AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
    v_count integer;
BEGIN
    INSERT INTO notifications (notification_id, client_id, type, severity, title, message)
    SELECT new_time_id(), waiting.client_id, 'digest', 'warning', 'Reviews have waited for long',
        waiting.reviews || ' of ' || waiting.open || ' open reviews have waited for more than '
            || floor(extract(epoch FROM p_age) / 3600) || ' hours, the oldest for '
            || floor(extract(epoch FROM v_now - waiting.oldest) / 3600) || ' hours.'
    FROM (
        SELECT r.client_id, count(*) AS open, min(r.created_at) AS oldest,
            count(*) FILTER (WHERE r.created_at < v_now - p_age) AS reviews
        FROM reviews r JOIN clients c ON c.client_id = r.client_id AND c.status = 'active'
        WHERE r.status = 'open' AND NOT r.is_blind_sample
        GROUP BY r.client_id
    ) waiting
    WHERE waiting.reviews > 0 AND NOT EXISTS (
        SELECT FROM notifications n
        WHERE n.client_id = waiting.client_id AND n.type = 'digest' AND n.title = 'Reviews have waited for long'
            AND n.created_at > v_now - p_every
    );
    GET DIAGNOSTICS v_count = ROW_COUNT;
    RETURN v_count;
END
$$
