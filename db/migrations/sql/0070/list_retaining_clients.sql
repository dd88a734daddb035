-- The clients behind p_after that keep documents for a time only, whatever their status: what is to go goes. Ids alone.
CREATE FUNCTION list_retaining_clients(p_after uuid, p_limit integer) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT r.client_id FROM public.retentions r
    WHERE p_after IS NULL OR r.client_id > p_after
    ORDER BY r.client_id LIMIT p_limit
$$
