-- The active clients behind p_after that have rules to evaluate. Ids alone.
CREATE FUNCTION list_alerting_clients(p_after uuid, p_limit integer) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT c.client_id FROM public.clients c
    WHERE (p_after IS NULL OR c.client_id > p_after) AND c.status = 'active'
        AND EXISTS (SELECT FROM public.alert_rules r WHERE r.client_id = c.client_id AND r.is_enabled)
    ORDER BY c.client_id LIMIT p_limit
$$
