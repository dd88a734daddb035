-- Of one person of the client that is bound, or of a platform administrator where none is.
CREATE FUNCTION find_second_factor(p_user_id uuid)
RETURNS TABLE (user_id uuid, client_id uuid, email text, password_hash text, role text, status text, totp_secret bytea,
               totp_pending bytea)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT u.user_id, u.client_id, u.email, u.password_hash, u.role, u.status, u.totp_secret, u.totp_pending
    FROM public.users u
    WHERE u.user_id = p_user_id
      AND u.client_id IS NOT DISTINCT FROM nullif(current_setting('app.current_client_id', true), '')::uuid
$$;
