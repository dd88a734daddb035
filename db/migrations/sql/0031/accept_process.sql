-- A submission comes true: its files are wanted, the process and its documents are there, the first run is ready.
-- Returns when it was made; NULL and nothing done when the files are being removed already.
-- It binds the client and works with the caller's own rights, so row-level security holds: one round trip, and one
-- commit where the caller has nothing else to write with it.
CREATE FUNCTION accept_process(p_removal_id uuid, p_process jsonb, p_documents jsonb, p_transition jsonb)
RETURNS timestamptz
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
AS $$
DECLARE
    v_client_id uuid := p_process ->> 'client_id';
    v_created_at timestamptz;
BEGIN
    PERFORM set_config('app.current_client_id', v_client_id::text, true);
    DELETE FROM public.file_removals r
    WHERE r.client_id = v_client_id AND r.removal_id = p_removal_id AND NOT r.is_taken;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    INSERT INTO public.processes (
        process_id, client_id, process_type_id, config_version, current_stage, external_id, metadata,
        ingestion_source, callback_url, created_by
    )
    SELECT p.process_id, v_client_id, p.process_type_id, p.config_version, p.current_stage, p.external_id, p.metadata,
        p.ingestion_source, p.callback_url, p.created_by
    FROM jsonb_to_record(p_process) AS p (
        process_id uuid, process_type_id text, config_version integer, current_stage text, external_id text,
        metadata jsonb, ingestion_source text, callback_url text, created_by text
    )
    RETURNING created_at INTO v_created_at;
    INSERT INTO public.documents (
        document_id, client_id, process_id, position, storage_url, storage_provider, blob_key, file_name, file_size,
        mime_type, sha256
    )
    SELECT d.document_id, v_client_id, (p_process ->> 'process_id')::uuid, d.position, d.storage_url,
        d.storage_provider, d.blob_key, d.file_name, d.file_size, d.mime_type, d.sha256
    FROM jsonb_to_recordset(p_documents) AS d (
        document_id uuid, "position" integer, storage_url text, storage_provider text, blob_key text, file_name text,
        file_size bigint, mime_type text, sha256 text
    );
    PERFORM public.write_transitions(jsonb_build_array(p_transition));
    RETURN v_created_at;
END
$$
