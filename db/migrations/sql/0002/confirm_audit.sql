-- Forget audit records that stand in audit_logs or audit_dead, in the transaction that wrote them there.
CREATE FUNCTION confirm_audit(p_ids uuid[]) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET jit = off
AS $$
DECLARE
    v_count integer;
BEGIN
    DELETE FROM outbox WHERE message_id = ANY (p_ids) AND starts_with(topic, 'audit.');
    GET DIAGNOSTICS v_count = ROW_COUNT;
    RETURN v_count;
END
$$
