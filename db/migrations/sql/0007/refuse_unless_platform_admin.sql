-- The second lock of every function that works for a platform administrator. Called inside those functions only.
CREATE FUNCTION refuse_unless_platform_admin(p_user_id uuid) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM public.users u
        WHERE u.user_id = p_user_id AND u.role = 'platform_admin' AND u.client_id IS NULL AND u.status = 'active'
    ) THEN
        RAISE EXCEPTION 'only a platform administrator may do this' USING ERRCODE = 'insufficient_privilege';
    END IF;
END
$$
