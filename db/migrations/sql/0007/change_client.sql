-- What p_changes names, where the client still has p_version. False: it has another version, or there is none.
CREATE FUNCTION change_client(p_user_id uuid, p_client_id uuid, p_version integer, p_changes jsonb)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    PERFORM public.refuse_unless_platform_admin(p_user_id);
    UPDATE public.clients c
    SET name = new.name, status = new.status, subscription_tier = new.subscription_tier, token_balance = new.token_balance,
        version = c.version + 1
    FROM public.clients old, jsonb_populate_record(old, p_changes) new
    WHERE old.client_id = p_client_id AND c.client_id = p_client_id AND c.version = p_version;
    RETURN FOUND;
END
$$
