-- Carry out transitions (`docflow.domain.transition.Transition.as_json`), many in one call, with the caller's own
-- rights. The caller holds the process rows locked and has checked that each transition still applies.
--
-- A process that is split brings its children along, each with its document and its own first step. Of a child that ends the
-- parent is locked, and its run opens where no other child is at work: two that end at once take turns there.
--
-- Tokens of model calls that no audit record has summed yet are added to the run, the process and the record that a
-- transition brings along.
CREATE FUNCTION write_transitions(p_transitions jsonb)
RETURNS TABLE (process_id uuid, version integer, next_run_id uuid)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, public, pg_temp SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    v_now timestamptz := clock_timestamp();
    v_tokens jsonb;
    v_states jsonb;
    v_started jsonb;
    v_parents uuid[];
BEGIN
    WITH summed AS (
        UPDATE llm_calls c SET audited = true
        FROM jsonb_to_recordset(p_transitions) AS t (client_id uuid, process_id uuid, messages jsonb)
        WHERE c.client_id = t.client_id AND c.process_id = t.process_id AND NOT c.audited
            AND jsonb_path_exists(t.messages, '$[*].topic ? (@ starts with "audit.")')
        RETURNING c.process_id, c.tokens_input, c.tokens_output, c.model
    ), sums AS (
        SELECT summed.process_id, sum(summed.tokens_input) AS input, sum(summed.tokens_output) AS output,
            max(summed.model) AS model
        FROM summed GROUP BY summed.process_id
    )
    SELECT coalesce(
        jsonb_object_agg(
            sums.process_id, jsonb_build_object('input', sums.input, 'output', sums.output, 'model', sums.model)
        ),
        '{}'
    )
    INTO v_tokens FROM sums;

    UPDATE stage_runs r
    SET status = run.status,
        failures = run.failures,
        available_at = CASE WHEN run.status = 'ready' THEN v_now + make_interval(secs => coalesce(run.after_s, 0))
            ELSE r.available_at END,
        claimed_by = NULL,
        finished_at = CASE WHEN run.status = 'ready' THEN NULL ELSE v_now END,
        duration_ms = (extract(epoch FROM v_now - r.started_at) * 1000)::integer,
        error_code = run.error_code,
        error_message = run.error_message,
        tokens_input = r.tokens_input + coalesce((v_tokens -> t.process_id::text ->> 'input')::integer, 0),
        tokens_output = r.tokens_output + coalesce((v_tokens -> t.process_id::text ->> 'output')::integer, 0)
    FROM jsonb_to_recordset(p_transitions) AS t (client_id uuid, process_id uuid, run jsonb)
        CROSS JOIN LATERAL jsonb_to_record(t.run) AS run (
            run_id uuid, status text, failures integer, after_s double precision, error_code text, error_message text
        )
    WHERE r.client_id = t.client_id AND r.run_id = run.run_id;

    UPDATE processes p
    SET status = coalesce(change.status, p.status),
        current_stage = coalesce(change.current_stage, p.current_stage),
        version = p.version + (t.process IS NOT NULL)::integer,
        error_code = CASE WHEN t.process IS NULL THEN p.error_code ELSE change.error_code END,
        error_message = CASE WHEN t.process IS NULL THEN p.error_message ELSE change.error_message END,
        requires_review = coalesce(change.requires_review, p.requires_review),
        review_reasons = coalesce(change.review_reasons, p.review_reasons),
        completed_at = CASE WHEN t.process IS NULL THEN p.completed_at WHEN change.is_final THEN v_now END,
        reviewed_by = CASE WHEN change.reviewed THEN change.reviewed_by ELSE p.reviewed_by END,
        reviewed_at = CASE WHEN change.reviewed THEN v_now ELSE p.reviewed_at END,
        classification_result = CASE WHEN change.results ? 'classification_result'
            THEN nullif(change.results -> 'classification_result', 'null') ELSE p.classification_result END,
        extraction_result = CASE WHEN change.results ? 'extraction_result'
            THEN nullif(change.results -> 'extraction_result', 'null') ELSE p.extraction_result END,
        validation_result = CASE WHEN change.results ? 'validation_result'
            THEN nullif(change.results -> 'validation_result', 'null') ELSE p.validation_result END,
        final_output = CASE WHEN change.results ? 'final_output'
            THEN nullif(change.results -> 'final_output', 'null') ELSE p.final_output END,
        overall_confidence = CASE WHEN change.results ? 'overall_confidence'
            THEN (change.results ->> 'overall_confidence')::numeric ELSE p.overall_confidence END,
        process_type_id = CASE WHEN change.results ? 'process_type_id'
            THEN change.results ->> 'process_type_id' ELSE p.process_type_id END,
        config_version = CASE WHEN change.results ? 'config_version'
            THEN (change.results ->> 'config_version')::integer ELSE p.config_version END,
        total_tokens_input = p.total_tokens_input + coalesce((v_tokens -> p.process_id::text ->> 'input')::bigint, 0),
        total_tokens_output = p.total_tokens_output
            + coalesce((v_tokens -> p.process_id::text ->> 'output')::bigint, 0)
    FROM jsonb_to_recordset(p_transitions) AS t (client_id uuid, process_id uuid, process jsonb)
        LEFT JOIN LATERAL jsonb_to_record(t.process) AS change (
            status text, current_stage text, error_code text, error_message text, requires_review boolean,
            review_reasons jsonb, is_final boolean, reviewed boolean, reviewed_by uuid, results jsonb
        ) ON true
    WHERE p.client_id = t.client_id AND p.process_id = t.process_id
        AND (t.process IS NOT NULL OR v_tokens ? p.process_id::text);

    SELECT coalesce(
        jsonb_object_agg(
            p.process_id,
            jsonb_build_object(
                'version', p.version, 'updated_at', p.updated_at, 'callback_url', p.callback_url,
                'document_urls', (
                    SELECT coalesce(jsonb_agg(d.storage_url ORDER BY d.position), '[]')
                    FROM documents d WHERE d.client_id = p.client_id AND d.process_id = p.process_id
                )
            )
        ),
        '{}'
    )
    INTO v_states
    FROM processes p JOIN jsonb_to_recordset(p_transitions) AS t (client_id uuid, process_id uuid)
        ON p.client_id = t.client_id AND p.process_id = t.process_id;

    INSERT INTO stage_runs (run_id, client_id, process_id, stage, step, available_at, traceparent)
    SELECT n.run_id, t.client_id, t.process_id, n.stage, n.step,
        v_now + make_interval(secs => coalesce(n.after_s, 0)), n.traceparent
    FROM jsonb_to_recordset(p_transitions) AS t (client_id uuid, process_id uuid, next_run jsonb)
        CROSS JOIN LATERAL jsonb_to_record(t.next_run) AS n (
            run_id uuid, stage text, step text, after_s double precision, traceparent text
        )
    WHERE t.next_run IS NOT NULL;

    IF jsonb_path_exists(p_transitions, '$[*].children[*]') THEN
        INSERT INTO processes (
            process_id, client_id, parent_process_id, process_type_id, config_version, current_stage, metadata,
            ingestion_source, created_by, created_at
        )
        SELECT c.process_id, p.client_id, p.process_id, c.process_type_id, c.config_version, c.current_stage,
            p.metadata, p.ingestion_source, p.created_by, v_now + c."position" * interval '1 microsecond'
        FROM jsonb_to_recordset(p_transitions) AS t (client_id uuid, process_id uuid, children jsonb)
            CROSS JOIN LATERAL jsonb_to_recordset(t.children) AS c (
                process_id uuid, process_type_id text, config_version integer, current_stage text, "position" integer
            )
            JOIN processes p ON p.client_id = t.client_id AND p.process_id = t.process_id;

        INSERT INTO documents (
            document_id, client_id, process_id, storage_url, storage_provider, blob_key, file_name, file_size,
            mime_type, sha256
        )
        SELECT d.document_id, t.client_id, c.process_id, d.storage_url, d.storage_provider, d.blob_key, d.file_name,
            d.file_size, d.mime_type, d.sha256
        FROM jsonb_to_recordset(p_transitions) AS t (client_id uuid, children jsonb)
            CROSS JOIN LATERAL jsonb_to_recordset(t.children) AS c (process_id uuid, document jsonb)
            CROSS JOIN LATERAL jsonb_to_record(c.document) AS d (
                document_id uuid, storage_url text, storage_provider text, blob_key text, file_name text,
                file_size bigint, mime_type text, sha256 text
            );

        SELECT jsonb_agg(c.started) INTO v_started
        FROM jsonb_to_recordset(p_transitions) AS t (children jsonb)
            CROSS JOIN LATERAL jsonb_to_recordset(t.children) AS c (started jsonb);
        PERFORM FROM write_transitions(v_started);
    END IF;

    IF jsonb_path_exists(p_transitions, '$[*].ends_child_of') THEN
        SELECT array_agg(t.ends_child_of) INTO v_parents
        FROM jsonb_to_recordset(p_transitions) AS t (ends_child_of uuid);

        PERFORM FROM processes p WHERE p.process_id = ANY (v_parents) ORDER BY p.process_id FOR NO KEY UPDATE;

        INSERT INTO stage_runs (run_id, client_id, process_id, stage, step, traceparent)
        SELECT new_time_id(), p.client_id, p.process_id, last.stage, last.step, last.traceparent
        FROM processes p CROSS JOIN LATERAL (
            SELECT r.stage, r.step, r.traceparent FROM stage_runs r
            WHERE r.client_id = p.client_id AND r.process_id = p.process_id
            ORDER BY r.created_at DESC, r.run_id DESC LIMIT 1
        ) last
        WHERE p.process_id = ANY (v_parents) AND p.status = 'classifying'
            AND NOT EXISTS (
                SELECT FROM processes c
                WHERE c.client_id = p.client_id AND c.parent_process_id = p.process_id
                    AND c.status NOT IN ('completed', 'failed', 'cancelled')
            )
            AND NOT EXISTS (
                SELECT FROM stage_runs r
                WHERE r.client_id = p.client_id AND r.process_id = p.process_id AND r.status IN ('ready', 'claimed')
            );
    END IF;

    UPDATE reviews r
    SET status = CASE WHEN c.decision IS NULL THEN 'cancelled' ELSE 'decided' END,
        decision = c.decision, decision_reason = c.reason, decided_by = c."by", decided_at = v_now,
        version = r.version + 1
    FROM jsonb_to_recordset(p_transitions) AS t (client_id uuid, process_id uuid, review_closed jsonb)
        CROSS JOIN LATERAL jsonb_to_record(t.review_closed) AS c (decision text, reason text, "by" text)
    WHERE t.review_closed IS NOT NULL AND r.client_id = t.client_id AND r.process_id = t.process_id
        AND r.status = 'open' AND NOT r.is_blind_sample;

    INSERT INTO reviews (review_id, client_id, process_id, stage, reasons, priority)
    SELECT r.review_id, t.client_id, t.process_id, r.stage, r.reasons, r.priority
    FROM jsonb_to_recordset(p_transitions) AS t (client_id uuid, process_id uuid, review jsonb)
        CROSS JOIN LATERAL jsonb_to_record(t.review) AS r (
            review_id uuid, stage text, reasons jsonb, priority integer
        )
    WHERE t.review IS NOT NULL;

    INSERT INTO notifications (notification_id, client_id, process_id, type, severity, title, message)
    SELECT n.notification_id, t.client_id, t.process_id, n.type, n.severity, n.title, n.message
    FROM jsonb_to_recordset(p_transitions) AS t (client_id uuid, process_id uuid, notices jsonb)
        CROSS JOIN LATERAL jsonb_to_recordset(t.notices) AS n (
            notification_id uuid, type text, severity text, title text, message text
        );

    INSERT INTO output_actions (action_id, client_id, process_id, position, action_type, target_config, max_retries)
    SELECT a.action_id, t.client_id, t.process_id, a.position, a.action_type, a.target_config,
        coalesce(a.max_retries, 8)
    FROM jsonb_to_recordset(p_transitions) AS t (client_id uuid, process_id uuid, actions jsonb)
        CROSS JOIN LATERAL jsonb_to_recordset(t.actions) AS a (
            action_id uuid, "position" integer, action_type text, target_config jsonb, max_retries integer
        )
    ON CONFLICT (client_id, process_id, position) DO NOTHING;

    INSERT INTO webhook_deliveries (
        delivery_id, client_id, endpoint_id, process_id, event_type, webhook_id, url, body
    )
    SELECT new_time_id(), t.client_id, e.endpoint_id, t.process_id, w.type,
        'msg_' || left(encode(sha256(convert_to(w.event_id::text || e.endpoint_id::text, 'UTF8')), 'hex'), 32),
        CASE e.kind WHEN 'callback' THEN v_states -> t.process_id::text ->> 'callback_url' ELSE e.url END,
        jsonb_set(w.body, '{data,version}', v_states -> t.process_id::text -> 'version')::text
    FROM jsonb_to_recordset(p_transitions) AS t (client_id uuid, process_id uuid, webhooks jsonb)
        CROSS JOIN LATERAL jsonb_to_recordset(t.webhooks) AS w (
            event_id uuid, type text, to_callback boolean, body jsonb
        )
        JOIN webhook_endpoints e ON e.client_id = t.client_id AND (
            (e.kind = 'endpoint' AND e.state = 'active' AND e.url IS NOT NULL AND w.type = ANY (e.events))
            OR (
                e.kind = 'callback' AND w.to_callback
                AND v_states -> t.process_id::text ->> 'callback_url' IS NOT NULL
            )
        );

    INSERT INTO outbox (message_id, topic, client_id, payload)
    SELECT m.message_id, m.topic, t.client_id,
        jsonb_set(
            m.payload, '{data}',
            (m.payload -> 'data') || CASE WHEN starts_with(m.topic, 'audit.')
                THEN jsonb_build_object(
                    'token_usage',
                    coalesce(
                        v_tokens -> t.process_id::text,
                        jsonb_build_object('input', 0, 'output', 0, 'model', NULL)
                    ),
                    'document_urls', v_states -> t.process_id::text -> 'document_urls'
                )
                ELSE jsonb_build_object(
                    'version', v_states -> t.process_id::text -> 'version',
                    'updated_at', v_states -> t.process_id::text -> 'updated_at'
                )
            END
        )
    FROM jsonb_to_recordset(p_transitions) AS t (client_id uuid, process_id uuid, messages jsonb)
        CROSS JOIN LATERAL jsonb_to_recordset(t.messages) AS m (message_id uuid, topic text, payload jsonb);

    RETURN QUERY
    SELECT t.process_id, (v_states -> t.process_id::text ->> 'version')::integer, (t.next_run ->> 'run_id')::uuid
    FROM jsonb_to_recordset(p_transitions) AS t (process_id uuid, next_run jsonb);
END
$$
