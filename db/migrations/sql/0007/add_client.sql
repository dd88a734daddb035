-- False: the slug is taken.
CREATE FUNCTION add_client(p_user_id uuid, p_client_id uuid, p_name text, p_slug text, p_subscription_tier text, p_token_balance bigint)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    PERFORM public.refuse_unless_platform_admin(p_user_id);
    INSERT INTO public.clients (client_id, name, slug, subscription_tier, token_balance)
    VALUES (p_client_id, p_name, p_slug, p_subscription_tier, p_token_balance)
    ON CONFLICT (slug) DO NOTHING;
    RETURN FOUND;
END
$$
