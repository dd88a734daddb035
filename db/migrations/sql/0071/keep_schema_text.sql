-- The text goes with the schema it is of: where the schema was changed without it, as a release before does, there is none.
CREATE FUNCTION keep_schema_text()
RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF NEW.schema_text::jsonb IS DISTINCT FROM NEW.output_schema THEN
        NEW.schema_text := NULL;
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER keep_schema_text BEFORE INSERT OR UPDATE OF output_schema, schema_text ON configurations
FOR EACH ROW WHEN (NEW.schema_text IS NOT NULL) EXECUTE FUNCTION keep_schema_text();
