-- A platform administrator by id, whom no policy shows. One row or none; never a client's person.
CREATE FUNCTION find_platform_admin(p_user_id uuid)
RETURNS TABLE (email text, password_hash text, status text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT u.email, u.password_hash, u.status FROM public.users u
    WHERE u.user_id = p_user_id AND u.client_id IS NULL
$$
