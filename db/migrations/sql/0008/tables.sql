CREATE TABLE file_removals (
    removal_id UUID NOT NULL,
    client_id UUID NOT NULL,
    process_id UUID,
    prefix TEXT NOT NULL,
    available_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_at TIMESTAMP WITH TIME ZONE NOT NULL,
    is_taken BOOLEAN DEFAULT 'false' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_file_removals PRIMARY KEY (removal_id),
    CONSTRAINT fk_file_removals_client_id FOREIGN KEY(client_id) REFERENCES clients (client_id)
);
CREATE INDEX ix_file_removals_due ON file_removals (available_at, removal_id);

CREATE TABLE uploads (
    upload_id UUID NOT NULL,
    client_id UUID NOT NULL,
    file_name TEXT NOT NULL,
    mime_type TEXT NOT NULL,
    file_size BIGINT NOT NULL,
    blob_key TEXT NOT NULL,
    created_by TEXT,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    process_id UUID,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_uploads PRIMARY KEY (upload_id),
    CONSTRAINT ck_uploads_file_size_positive CHECK (file_size > 0),
    CONSTRAINT fk_uploads_client_id FOREIGN KEY(client_id) REFERENCES clients (client_id)
);
CREATE INDEX ix_uploads_expires_at ON uploads (expires_at);
CREATE INDEX ix_uploads_process ON uploads (client_id, process_id) WHERE process_id IS NOT NULL;

CREATE TABLE process_fields (
    client_id UUID NOT NULL,
    process_id UUID NOT NULL,
    name TEXT NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_process_fields PRIMARY KEY (client_id, process_id, name),
    CONSTRAINT fk_process_fields_process FOREIGN KEY(client_id, process_id) REFERENCES processes (client_id, process_id) ON DELETE CASCADE
);
CREATE INDEX ix_process_fields_list ON process_fields (client_id, name, value, created_at DESC, process_id DESC);

ALTER TABLE idempotency_keys ADD COLUMN process_id UUID;
CREATE INDEX ix_idempotency_keys_process ON idempotency_keys (client_id, process_id) WHERE process_id IS NOT NULL;
CREATE INDEX ix_llm_cache_process ON llm_cache (client_id, process_id) WHERE process_id IS NOT NULL;
CREATE INDEX ix_notifications_process ON notifications (client_id, process_id) WHERE process_id IS NOT NULL;
CREATE INDEX ix_webhook_deliveries_process ON webhook_deliveries (client_id, process_id) WHERE process_id IS NOT NULL;
CREATE INDEX ix_processes_type_list ON processes (client_id, process_type_id, created_at DESC, process_id DESC);
CREATE INDEX ix_processes_creator_list ON processes (client_id, created_by, created_at DESC, process_id DESC);
-- Under row-level security an index serves leak-proof operators alone; LIKE and lower() are none. So the lower case is
-- kept, in the order of its bytes, where a prefix is a range.
ALTER TABLE processes ADD COLUMN external_key TEXT COLLATE "C" GENERATED ALWAYS AS (lower(external_id)) STORED;
ALTER TABLE documents ADD COLUMN name_key TEXT COLLATE "C" GENERATED ALWAYS AS (lower(file_name)) STORED;
CREATE INDEX ix_processes_external_key ON processes (client_id, external_key) WHERE external_key IS NOT NULL;
CREATE INDEX ix_documents_name_key ON documents (client_id, name_key);
DROP INDEX ix_processes_extraction_result;
