-- A prompt of the platform: a new one without p_expected, else what p_row names of the one that stands at that count.
-- False: the place is taken, or the row has changed meanwhile.
CREATE FUNCTION write_platform_prompt(p_user_id uuid, p_row jsonb, p_expected integer)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    PERFORM public.refuse_unless_platform_admin(p_user_id);
    IF p_expected IS NULL THEN
        INSERT INTO public.prompts (prompt_id, process_type_id, version, stage, prompt_template, model_name, temperature, max_tokens,
            is_active, state, created_by)
        SELECT new.prompt_id, new.process_type_id, new.version, new.stage, new.prompt_template, new.model_name,
               new.temperature, new.max_tokens, new.is_active, new.state, new.created_by
        FROM jsonb_populate_record(NULL::public.prompts, p_row) new
        ON CONFLICT DO NOTHING;
    ELSE
        UPDATE public.prompts t
        SET prompt_template = new.prompt_template, model_name = new.model_name, temperature = new.temperature,
            max_tokens = new.max_tokens, is_active = new.is_active, state = new.state, revision = t.revision + 1
        FROM public.prompts old, jsonb_populate_record(old, p_row) new
        WHERE old.prompt_id = (p_row ->> 'prompt_id')::uuid AND old.client_id IS NULL
          AND t.prompt_id = old.prompt_id AND t.revision = p_expected;
    END IF;
    RETURN FOUND;
END
$$
