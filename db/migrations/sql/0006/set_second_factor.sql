-- Both secrets at once, of one person of the client that is bound, or of a platform administrator where none is. The
-- last step stays: a code that was used counts no second time.
CREATE FUNCTION set_second_factor(p_user_id uuid, p_secret bytea, p_pending bytea)
RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
    WITH changed AS (
        UPDATE public.users u SET totp_secret = p_secret, totp_pending = p_pending
        WHERE u.user_id = p_user_id
          AND u.client_id IS NOT DISTINCT FROM nullif(current_setting('app.current_client_id', true), '')::uuid
        RETURNING 1
    )
    SELECT EXISTS (SELECT FROM changed)
$$;
