-- As find_standing, and whether the person has a second factor and what their client asks for; NULL = the platform's
-- rule. A function of its own: the release before calls the other.
CREATE FUNCTION find_caller(p_user_id uuid, p_family_id uuid)
RETURNS TABLE (
    client_id uuid, role text, user_status text, client_status text, is_open boolean, has_factor boolean, second_factor text
)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT u.client_id, u.role, u.status, c.status,
           EXISTS (
               SELECT FROM public.refresh_sessions s
               WHERE s.family_id = p_family_id AND s.user_id = u.user_id
           ) AND NOT EXISTS (
               SELECT FROM public.refresh_sessions s
               WHERE s.family_id = p_family_id AND s.revoked_at IS NOT NULL
           ),
           u.totp_secret IS NOT NULL, c.second_factor
    FROM public.users u LEFT JOIN public.clients c ON c.client_id = u.client_id
    WHERE u.user_id = p_user_id
$$;
