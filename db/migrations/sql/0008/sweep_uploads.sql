-- Uploads that nothing can be made of any more: their files are gone by then.
CREATE FUNCTION sweep_uploads() RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET jit = off
AS $$
DECLARE
    v_gone integer;
BEGIN
    DELETE FROM uploads WHERE upload_id IN (
        SELECT u.upload_id FROM uploads u WHERE u.expires_at < clock_timestamp() - interval '2 days' LIMIT 5000
    );
    GET DIAGNOSTICS v_gone = ROW_COUNT;
    RETURN v_gone;
END
$$
