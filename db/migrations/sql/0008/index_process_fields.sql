-- Keeps process_fields beside extraction_result, whoever writes it.
CREATE FUNCTION index_process_fields() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        DELETE FROM process_fields f WHERE f.client_id = NEW.client_id AND f.process_id = NEW.process_id;
    END IF;
    IF jsonb_typeof(NEW.extraction_result -> 'fields') = 'object' THEN
        INSERT INTO process_fields (client_id, process_id, name, value, created_at)
        SELECT NEW.client_id, NEW.process_id, read.name, field_text(read.field -> 'value'), NEW.created_at
        FROM jsonb_each(NEW.extraction_result -> 'fields') AS read (name, field)
        WHERE length(read.name) <= 200 AND jsonb_typeof(read.field) = 'object'
            AND field_text(read.field -> 'value') IS NOT NULL;
    END IF;
    RETURN NULL;
END
$$
