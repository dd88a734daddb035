CREATE FUNCTION find_standing(p_user_id uuid, p_family_id uuid)
RETURNS TABLE (client_id uuid, role text, user_status text, client_status text, is_open boolean)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT u.client_id, u.role, u.status, c.status,
           EXISTS (
               SELECT FROM public.refresh_sessions s
               WHERE s.family_id = p_family_id AND s.user_id = u.user_id AND s.revoked_at IS NULL
           )
    FROM public.users u LEFT JOIN public.clients c ON c.client_id = u.client_id
    WHERE u.user_id = p_user_id
$$;
