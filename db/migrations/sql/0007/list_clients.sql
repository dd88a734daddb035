-- Clients, newest first, after the one made at p_before_at with id p_before_id. With p_client_id that one alone.
CREATE FUNCTION list_clients(p_user_id uuid, p_client_id uuid, p_status text, p_before_at timestamptz, p_before_id uuid, p_limit integer)
RETURNS TABLE (client_id uuid, name text, slug text, status text, subscription_tier text, token_balance bigint, version integer,
               created_at timestamptz, updated_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    PERFORM public.refuse_unless_platform_admin(p_user_id);
    RETURN QUERY
    SELECT c.client_id, c.name, c.slug, c.status, c.subscription_tier, c.token_balance, c.version, c.created_at, c.updated_at
    FROM public.clients c
    WHERE (p_client_id IS NULL OR c.client_id = p_client_id)
      AND (p_status IS NULL OR c.status = p_status)
      AND (p_before_at IS NULL OR (c.created_at, c.client_id) < (p_before_at, p_before_id))
    ORDER BY c.created_at DESC, c.client_id DESC
    LIMIT p_limit;
END
$$
