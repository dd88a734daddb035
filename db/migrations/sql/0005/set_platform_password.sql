-- A platform administrator's new password, where the old one is still p_old: of two changes at once one takes effect.
CREATE FUNCTION set_platform_password(p_user_id uuid, p_old text, p_new text)
RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    WITH changed AS (
        UPDATE public.users u SET password_hash = p_new
        WHERE u.user_id = p_user_id AND u.client_id IS NULL AND u.password_hash IS NOT DISTINCT FROM p_old
        RETURNING 1
    )
    SELECT EXISTS (SELECT FROM changed)
$$
