-- How far the audit log is behind, for the gauges of service-audit.
CREATE FUNCTION measure_audit() RETURNS TABLE (measure text, label text, value double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET jit = off
AS $$
    WITH waiting AS (
        SELECT count(*) AS records, min(o.created_at) AS oldest FROM outbox o
        WHERE starts_with(o.topic, 'audit.')
    )
    SELECT 'waiting', NULL::text, w.records::float8 FROM waiting w
    UNION ALL
    SELECT 'lag', NULL, greatest(coalesce(extract(epoch FROM clock_timestamp() - w.oldest), 0), 0) FROM waiting w
$$
