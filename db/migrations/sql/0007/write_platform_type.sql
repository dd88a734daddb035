-- A process type of the platform: a new one without p_expected, else what p_row names of the one that stands at that count.
-- False: the place is taken, or the row has changed meanwhile.
CREATE FUNCTION write_platform_type(p_user_id uuid, p_row jsonb, p_expected integer)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    PERFORM public.refuse_unless_platform_admin(p_user_id);
    IF p_expected IS NULL THEN
        INSERT INTO public.process_types (process_type_id, display_name, description, is_active, default_version, created_by)
        SELECT new.process_type_id, new.display_name, new.description, new.is_active, new.default_version,
               new.created_by
        FROM jsonb_populate_record(NULL::public.process_types, p_row) new
        ON CONFLICT DO NOTHING;
    ELSE
        UPDATE public.process_types t
        SET display_name = new.display_name, description = new.description, is_active = new.is_active,
            default_version = new.default_version, version = t.version + 1
        FROM public.process_types old, jsonb_populate_record(old, p_row) new
        WHERE old.process_type_id = p_row ->> 'process_type_id' AND old.client_id IS NULL
          AND t.process_type_id = old.process_type_id AND t.version = p_expected;
    END IF;
    RETURN FOUND;
END
$$
