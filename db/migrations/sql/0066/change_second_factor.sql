-- Both secrets at once where they are still the ones that were looked at; false where somebody was faster. Of one person
-- of the client that is bound, or of a platform administrator where none is. Without a secret there is nothing that a
-- code could be used for twice, so the steps of the next one count anew.
CREATE FUNCTION change_second_factor(
    p_user_id uuid, p_old_secret bytea, p_old_pending bytea, p_secret bytea, p_pending bytea
)
RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
    WITH changed AS (
        UPDATE public.users u
        SET totp_secret = p_secret, totp_pending = p_pending,
            totp_last_step = CASE WHEN p_secret IS NOT NULL THEN u.totp_last_step END
        WHERE u.user_id = p_user_id
          AND u.client_id IS NOT DISTINCT FROM nullif(current_setting('app.current_client_id', true), '')::uuid
          AND u.totp_secret IS NOT DISTINCT FROM p_old_secret
          AND u.totp_pending IS NOT DISTINCT FROM p_old_pending
        RETURNING 1
    )
    SELECT EXISTS (SELECT FROM changed)
$$;
