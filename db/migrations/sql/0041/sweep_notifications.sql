-- Retention: notifications of ninety days, messages of thirty. Ids sort by time, so the oldest come first.
CREATE FUNCTION sweep_notifications() RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_notifications integer;
    v_messages integer;
BEGIN
    DELETE FROM notifications n WHERE n.created_at < now() - interval '90 days' AND n.notification_id IN (
        SELECT o.notification_id FROM notifications o ORDER BY o.notification_id LIMIT 10000
    );
    GET DIAGNOSTICS v_notifications = ROW_COUNT;
    DELETE FROM notification_messages m WHERE m.created_at < now() - interval '30 days' AND m.message_id IN (
        SELECT o.message_id FROM notification_messages o ORDER BY o.message_id LIMIT 10000
    );
    GET DIAGNOSTICS v_messages = ROW_COUNT;
    RETURN jsonb_build_object('notifications', v_notifications, 'messages', v_messages);
END
$$
