-- Note how a periodic job ended; p_error is a code, or null when it went well.
CREATE FUNCTION end_periodic(p_name text, p_error text) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    UPDATE periodic_runs SET last_finished_at = clock_timestamp(), last_error = p_error WHERE name = p_name
$$
