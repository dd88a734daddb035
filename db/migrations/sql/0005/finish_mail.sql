-- A letter that left, or never will, is forgotten; with p_retry_in_s it is due again. False when another sender has it.
CREATE FUNCTION finish_mail(p_mail_id uuid, p_attempt integer, p_retry_in_s double precision, p_counts boolean)
RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    WITH gone AS (
        DELETE FROM public.mails m
        WHERE p_retry_in_s IS NULL AND m.mail_id = p_mail_id AND m.attempt = p_attempt
        RETURNING 1
    ), again AS (
        UPDATE public.mails m
        SET available_at = clock_timestamp() + make_interval(secs => p_retry_in_s),
            failures = m.failures + p_counts::integer
        WHERE p_retry_in_s IS NOT NULL AND m.mail_id = p_mail_id AND m.attempt = p_attempt
        RETURNING 1
    )
    SELECT EXISTS (SELECT FROM gone) OR EXISTS (SELECT FROM again)
$$
