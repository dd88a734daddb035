-- What a platform administrator did to something that every client's documents are read with: one audit record in the
-- outbox for each client, so that each client's own chain holds it. `p_payload` is the message but for its id and client.
CREATE FUNCTION tell_every_client(p_user_id uuid, p_topic text, p_payload jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    PERFORM public.refuse_unless_platform_admin(p_user_id);
    INSERT INTO public.outbox (message_id, topic, client_id, payload)
    SELECT told.message_id, p_topic, told.client_id,
        p_payload || jsonb_build_object('message_id', told.message_id, 'client_id', told.client_id)
    FROM (SELECT public.new_time_id() AS message_id, c.client_id FROM public.clients c) told;
END
$$
