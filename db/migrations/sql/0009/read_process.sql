-- One process with its documents, without what was read; NULL where the client has none of that id. It binds the client
-- and reads with the caller's own rights, so row-level security holds, and both are one round trip.
CREATE FUNCTION read_process(p_client_id uuid, p_process_id uuid) RETURNS json
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
AS $$
BEGIN
    PERFORM set_config('app.current_client_id', p_client_id::text, true);
    RETURN (
        SELECT json_build_object(
            'process_id', p.process_id,
            'client_id', p.client_id,
            'process_type_id', p.process_type_id,
            'config_version', p.config_version,
            'status', p.status,
            'current_stage', p.current_stage,
            'overall_confidence', p.overall_confidence,
            'requires_review', p.requires_review,
            'review_reasons', p.review_reasons,
            'ingestion_source', p.ingestion_source,
            'external_id', p.external_id,
            'metadata_', p.metadata,
            'total_tokens_input', p.total_tokens_input,
            'total_tokens_output', p.total_tokens_output,
            'error_code', p.error_code,
            'error_message', p.error_message,
            'parent_process_id', p.parent_process_id,
            'created_by', p.created_by,
            'created_at', p.created_at,
            'updated_at', p.updated_at,
            'completed_at', p.completed_at,
            'version', p.version,
            'documents', coalesce((
                SELECT json_agg(
                    json_build_object(
                        'document_id', d.document_id,
                        'process_id', d.process_id,
                        'file_name', d.file_name,
                        'file_size', d.file_size,
                        'mime_type', d.mime_type,
                        'sha256', d.sha256,
                        'page_count', d.page_count,
                        'status', d.status,
                        'classification', d.classification,
                        'ocr_confidence', d.ocr_confidence,
                        'text_source', d.text_source,
                        'fraud_score', d.fraud_score,
                        'fraud_flags', d.fraud_flags,
                        'error_code', d.error_code,
                        'error_message', d.error_message
                    )
                    ORDER BY d.position
                )
                FROM public.documents d
                WHERE d.client_id = p_client_id AND d.process_id = p_process_id
            ), '[]')
        )
        FROM public.processes p
        WHERE p.client_id = p_client_id AND p.process_id = p_process_id
    );
END
$$
