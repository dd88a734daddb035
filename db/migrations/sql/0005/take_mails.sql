-- Take due letters and hold them for p_hold_s seconds: one whose sender died is due again when its hold is over.
CREATE FUNCTION take_mails(p_limit integer, p_hold_s double precision)
RETURNS TABLE (mail_id uuid, client_id uuid, kind text, sealed bytea, attempt integer, failures integer, created_at timestamptz)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    WITH due AS (
        SELECT m.mail_id FROM public.mails m
        WHERE m.available_at <= clock_timestamp()
        ORDER BY m.available_at, m.mail_id
        LIMIT p_limit
        FOR UPDATE OF m SKIP LOCKED
    ), taken AS (
        UPDATE public.mails m
        SET attempt = m.attempt + 1, available_at = clock_timestamp() + make_interval(secs => p_hold_s)
        FROM due WHERE m.mail_id = due.mail_id
        RETURNING m.mail_id, m.client_id, m.kind, m.sealed, m.attempt, m.failures, m.created_at
    )
    SELECT * FROM taken ORDER BY taken.created_at, taken.mail_id
$$
