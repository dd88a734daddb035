-- A completion is told only where somebody wants it: most clients complete thousands and want none of it.
CREATE FUNCTION keep_wanted_completion() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF EXISTS (
        SELECT FROM notification_channels c
        WHERE c.client_id = NEW.client_id AND c.state = 'active' AND 'process_completed' = ANY (c.events)
    ) OR EXISTS (
        SELECT FROM notification_preferences p
        WHERE p.client_id = NEW.client_id AND 'process_completed' = ANY (p.in_app)
    ) THEN
        RETURN NEW;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER keep_wanted_completion BEFORE INSERT ON notifications
    FOR EACH ROW WHEN (NEW.type = 'process_completed') EXECUTE FUNCTION keep_wanted_completion();
