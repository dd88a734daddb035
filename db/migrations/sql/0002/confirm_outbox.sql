-- Forget published process events. Audit rows stay until they stand in audit_logs.
CREATE FUNCTION confirm_outbox(p_ids uuid[]) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET jit = off
AS $$
DECLARE
    v_count integer;
BEGIN
    DELETE FROM outbox WHERE message_id = ANY (p_ids) AND NOT starts_with(topic, 'audit.');
    GET DIAGNOSTICS v_count = ROW_COUNT;
    RETURN v_count;
END
$$
