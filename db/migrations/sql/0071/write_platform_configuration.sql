-- A configuration of the platform: a new one without p_expected, else what p_row names of the one that stands at that count.
-- False: the place is taken, or the row has changed meanwhile.
CREATE FUNCTION write_platform_configuration(p_user_id uuid, p_row jsonb, p_expected integer)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    PERFORM public.refuse_unless_platform_admin(p_user_id);
    IF p_expected IS NULL THEN
        INSERT INTO public.configurations (config_id, process_type_id, version, state, is_active, input_schema, output_schema,
            validation_rules, plugin_name, enable_fraud_detection, enable_hitl, confidence_threshold,
            duplicate_policy, workflow, output_actions, llm_policy, prompt_ids, created_by,
            review_sample_share, approval_limits, schema_text)
        SELECT new.config_id, new.process_type_id, new.version, new.state, new.is_active, new.input_schema,
               new.output_schema, new.validation_rules, new.plugin_name, new.enable_fraud_detection,
               new.enable_hitl, new.confidence_threshold, new.duplicate_policy, new.workflow, new.output_actions,
               new.llm_policy, new.prompt_ids, new.created_by, coalesce(new.review_sample_share, 0.03),
               coalesce(new.approval_limits, '{}'::jsonb), new.schema_text
        FROM jsonb_populate_record(NULL::public.configurations, p_row) new
        ON CONFLICT DO NOTHING;
    ELSE
        UPDATE public.configurations t
        SET state = new.state, is_active = new.is_active,
            input_schema = new.input_schema, output_schema = new.output_schema,
            validation_rules = new.validation_rules, plugin_name = new.plugin_name,
            enable_fraud_detection = new.enable_fraud_detection, enable_hitl = new.enable_hitl,
            confidence_threshold = new.confidence_threshold, duplicate_policy = new.duplicate_policy,
            workflow = new.workflow, output_actions = new.output_actions, llm_policy = new.llm_policy,
            prompt_ids = new.prompt_ids, review_sample_share = new.review_sample_share,
            approval_limits = new.approval_limits, schema_text = new.schema_text, revision = t.revision + 1
        FROM public.configurations old, jsonb_populate_record(old, p_row) new
        WHERE old.config_id = (p_row ->> 'config_id')::uuid AND old.client_id IS NULL
          AND t.config_id = old.config_id AND t.revision = p_expected;
    END IF;
    RETURN FOUND;
END
$$
