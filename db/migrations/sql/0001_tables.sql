CREATE TABLE audit_chain_heads (
    client_id UUID NOT NULL,
    seq BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_audit_chain_heads PRIMARY KEY (client_id, seq)
);

CREATE TABLE audit_dead (
    dead_id BIGINT GENERATED ALWAYS AS IDENTITY,
    message_id UUID,
    client_id UUID,
    message BYTEA NOT NULL,
    reason TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_audit_dead PRIMARY KEY (dead_id)
);

CREATE TABLE audit_logs (
    audit_id UUID NOT NULL,
    timestamp TIMESTAMP WITH TIME ZONE NOT NULL,
    client_id UUID NOT NULL,
    process_id UUID,
    process_type_id TEXT,
    result TEXT NOT NULL,
    stage_type TEXT,
    process_plugin_name TEXT,
    document_urls TEXT[] DEFAULT '{}' NOT NULL,
    payload JSONB DEFAULT '{}'::jsonb NOT NULL,
    token_usage JSONB,
    error_message TEXT,
    error_stack TEXT,
    run_id UUID,
    attempt INTEGER,
    seq BIGINT NOT NULL,
    prev_hash BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    canonical BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_audit_logs PRIMARY KEY (audit_id, timestamp),
    CONSTRAINT ck_audit_logs_result_known CHECK (result IN ('SUCCESS', 'ERRORS', 'FAILED')),
    CONSTRAINT ck_audit_logs_stage_type_known CHECK (stage_type IS NULL OR stage_type IN ('INGEST', 'INTELLIGENT_OCR', 'INTELLIGENT_PROCESS', 'OUTPUT'))
)
 PARTITION BY RANGE (timestamp);
CREATE INDEX ix_audit_logs_chain ON audit_logs (client_id, seq);
CREATE INDEX ix_audit_logs_client_id_timestamp ON audit_logs (client_id, timestamp DESC);
CREATE INDEX ix_audit_logs_process_id ON audit_logs (process_id);
CREATE INDEX ix_audit_logs_result_stage_type ON audit_logs (result, stage_type);

CREATE TABLE audit_offsets (
    reader TEXT NOT NULL,
    next_offset BIGINT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_audit_offsets PRIMARY KEY (reader)
);

CREATE TABLE clients (
    client_id UUID NOT NULL,
    name TEXT NOT NULL,
    slug TEXT NOT NULL,
    status TEXT DEFAULT 'active' NOT NULL,
    subscription_tier TEXT DEFAULT 'basic' NOT NULL,
    token_balance BIGINT,
    version INTEGER DEFAULT '1' NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_clients PRIMARY KEY (client_id),
    CONSTRAINT ck_clients_status_known CHECK (status IN ('active', 'suspended', 'inactive')),
    CONSTRAINT ck_clients_subscription_tier_known CHECK (subscription_tier IN ('basic', 'professional', 'enterprise')),
    CONSTRAINT ck_clients_slug_form CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    CONSTRAINT uq_clients_slug UNIQUE (slug)
);

CREATE TABLE login_attempts (
    attempt_id BIGINT GENERATED ALWAYS AS IDENTITY,
    account BYTEA NOT NULL,
    address TEXT NOT NULL,
    succeeded BOOLEAN NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_login_attempts PRIMARY KEY (attempt_id)
);
CREATE INDEX ix_login_attempts_account_created_at ON login_attempts (account, created_at DESC);
CREATE INDEX ix_login_attempts_address_created_at ON login_attempts (address, created_at DESC);

CREATE TABLE outbox (
    message_id UUID NOT NULL,
    topic TEXT NOT NULL,
    client_id UUID NOT NULL,
    payload JSONB NOT NULL,
    taken_until TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_outbox PRIMARY KEY (message_id)
);
CREATE INDEX ix_outbox_topic_message_id ON outbox (topic, message_id);

CREATE TABLE periodic_runs (
    name TEXT NOT NULL,
    last_started_at TIMESTAMP WITH TIME ZONE,
    last_finished_at TIMESTAMP WITH TIME ZONE,
    last_error TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_periodic_runs PRIMARY KEY (name)
);

CREATE TABLE workers (
    worker_id UUID NOT NULL,
    service TEXT NOT NULL,
    host TEXT,
    pid INTEGER,
    alive_until TIMESTAMP WITH TIME ZONE NOT NULL,
    stopped_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_workers PRIMARY KEY (worker_id)
);
CREATE INDEX ix_workers_alive_until ON workers (alive_until);

CREATE TABLE api_keys (
    api_key_id UUID NOT NULL,
    client_id UUID NOT NULL,
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    secret_hash BYTEA NOT NULL,
    scopes TEXT[] NOT NULL,
    rate_limit_per_minute INTEGER,
    created_by UUID,
    expires_at TIMESTAMP WITH TIME ZONE,
    last_used_at TIMESTAMP WITH TIME ZONE,
    revoked_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_api_keys PRIMARY KEY (api_key_id),
    CONSTRAINT fk_api_keys_client_id FOREIGN KEY(client_id) REFERENCES clients (client_id),
    CONSTRAINT uq_api_keys_prefix UNIQUE (prefix)
);
CREATE INDEX ix_api_keys_client_id_created_at ON api_keys (client_id, created_at, api_key_id);

CREATE TABLE budgets (
    budget_id UUID NOT NULL,
    client_id UUID NOT NULL,
    period TEXT NOT NULL,
    period_start DATE NOT NULL,
    cap_micros BIGINT,
    cap_tokens BIGINT,
    spent_micros BIGINT DEFAULT '0' NOT NULL,
    spent_tokens BIGINT DEFAULT '0' NOT NULL,
    reserved_micros BIGINT DEFAULT '0' NOT NULL,
    reserved_tokens BIGINT DEFAULT '0' NOT NULL,
    warned_percent INTEGER DEFAULT '0' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_budgets PRIMARY KEY (budget_id),
    CONSTRAINT ck_budgets_period_known CHECK (period IN ('day', 'month')),
    CONSTRAINT uq_budgets_client_id_period_period_start UNIQUE (client_id, period, period_start),
    CONSTRAINT fk_budgets_client_id FOREIGN KEY(client_id) REFERENCES clients (client_id)
);

CREATE TABLE idempotency_keys (
    client_id UUID NOT NULL,
    route TEXT NOT NULL,
    key TEXT NOT NULL,
    content_hash BYTEA NOT NULL,
    status_code INTEGER,
    headers JSONB,
    body JSONB,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_idempotency_keys PRIMARY KEY (client_id, route, key),
    CONSTRAINT fk_idempotency_keys_client_id FOREIGN KEY(client_id) REFERENCES clients (client_id)
);
CREATE INDEX ix_idempotency_keys_expires_at ON idempotency_keys (expires_at);

CREATE TABLE llm_cache (
    client_id UUID NOT NULL,
    cache_key BYTEA NOT NULL,
    process_id UUID,
    answer_sealed BYTEA NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_llm_cache PRIMARY KEY (client_id, cache_key),
    CONSTRAINT fk_llm_cache_client_id FOREIGN KEY(client_id) REFERENCES clients (client_id)
);
CREATE INDEX ix_llm_cache_expires_at ON llm_cache (expires_at);

CREATE TABLE llm_calls (
    call_id UUID NOT NULL,
    client_id UUID NOT NULL,
    process_id UUID,
    run_id UUID,
    stage TEXT,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    prompt_id UUID,
    tokens_input INTEGER DEFAULT '0' NOT NULL,
    tokens_output INTEGER DEFAULT '0' NOT NULL,
    tokens_cache_read INTEGER DEFAULT '0' NOT NULL,
    tokens_cache_write INTEGER DEFAULT '0' NOT NULL,
    tokens_reasoning INTEGER DEFAULT '0' NOT NULL,
    cost_micros BIGINT,
    outcome TEXT NOT NULL,
    error_kind TEXT,
    request_id TEXT,
    cache_hit BOOLEAN DEFAULT 'false' NOT NULL,
    duration_ms INTEGER,
    audited BOOLEAN DEFAULT 'false' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_llm_calls PRIMARY KEY (call_id),
    CONSTRAINT fk_llm_calls_client_id FOREIGN KEY(client_id) REFERENCES clients (client_id)
);
CREATE INDEX ix_llm_calls_client_id_created_at ON llm_calls (client_id, created_at);
CREATE INDEX ix_llm_calls_process ON llm_calls (client_id, process_id);
CREATE INDEX ix_llm_calls_run ON llm_calls (run_id) WHERE NOT audited;

CREATE TABLE process_types (
    process_type_id VARCHAR(100) NOT NULL,
    client_id UUID,
    display_name TEXT NOT NULL,
    description TEXT,
    is_active BOOLEAN DEFAULT 'true' NOT NULL,
    default_version INTEGER,
    created_by TEXT,
    version INTEGER DEFAULT '1' NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_process_types PRIMARY KEY (process_type_id),
    CONSTRAINT ck_process_types_process_type_id_form CHECK (process_type_id ~ '^[a-z0-9][a-z0-9_-]*(\.[a-z0-9][a-z0-9_-]*)?$'),
    CONSTRAINT ck_process_types_own_types_carry_the_slug CHECK ((client_id IS NULL) = (position('.' in process_type_id) = 0)),
    CONSTRAINT fk_process_types_client_id FOREIGN KEY(client_id) REFERENCES clients (client_id)
);
CREATE INDEX ix_process_types_client_id ON process_types (client_id);

CREATE TABLE usage_events (
    event_id UUID NOT NULL,
    client_id UUID NOT NULL,
    kind TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    process_id UUID,
    idempotency_key TEXT NOT NULL,
    details JSONB DEFAULT '{}'::jsonb NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_usage_events PRIMARY KEY (event_id),
    CONSTRAINT uq_usage_events_client_id_idempotency_key UNIQUE (client_id, idempotency_key),
    CONSTRAINT fk_usage_events_client_id FOREIGN KEY(client_id) REFERENCES clients (client_id)
);
CREATE INDEX ix_usage_events_client_id_created_at ON usage_events (client_id, created_at);

CREATE TABLE users (
    user_id UUID NOT NULL,
    client_id UUID,
    email TEXT NOT NULL,
    password_hash TEXT,
    role TEXT NOT NULL,
    status TEXT DEFAULT 'active' NOT NULL,
    email_verified_at TIMESTAMP WITH TIME ZONE,
    totp_secret BYTEA,
    totp_last_step BIGINT,
    last_login_at TIMESTAMP WITH TIME ZONE,
    is_demo BOOLEAN DEFAULT 'false' NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_users PRIMARY KEY (user_id),
    CONSTRAINT ck_users_role_known CHECK (role IN ('viewer', 'operator', 'admin', 'platform_admin')),
    CONSTRAINT ck_users_status_known CHECK (status IN ('active', 'inactive', 'pending')),
    CONSTRAINT ck_users_platform_admin_has_no_client CHECK ((role = 'platform_admin') = (client_id IS NULL)),
    CONSTRAINT ck_users_email_lower CHECK (email = lower(email)),
    CONSTRAINT uq_users_client_id_user_id UNIQUE (client_id, user_id),
    CONSTRAINT fk_users_client_id FOREIGN KEY(client_id) REFERENCES clients (client_id),
    CONSTRAINT uq_users_email UNIQUE (email)
);
CREATE INDEX ix_users_client_id_created_at ON users (client_id, created_at, user_id);

CREATE TABLE webhook_endpoints (
    endpoint_id UUID NOT NULL,
    client_id UUID NOT NULL,
    kind TEXT DEFAULT 'endpoint' NOT NULL,
    url TEXT,
    events TEXT[] DEFAULT '{}' NOT NULL,
    headers JSONB DEFAULT '{}'::jsonb NOT NULL,
    secret_sealed BYTEA NOT NULL,
    old_secret_sealed BYTEA,
    old_secret_until TIMESTAMP WITH TIME ZONE,
    state TEXT DEFAULT 'active' NOT NULL,
    created_by TEXT,
    failing_since TIMESTAMP WITH TIME ZONE,
    version INTEGER DEFAULT '1' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_webhook_endpoints PRIMARY KEY (endpoint_id),
    CONSTRAINT ck_webhook_endpoints_kind_known CHECK (kind IN ('endpoint', 'callback')),
    CONSTRAINT ck_webhook_endpoints_state_known CHECK (state IN ('active', 'disabled')),
    CONSTRAINT uq_webhook_endpoints_client_id_endpoint_id UNIQUE (client_id, endpoint_id),
    CONSTRAINT fk_webhook_endpoints_client_id FOREIGN KEY(client_id) REFERENCES clients (client_id)
);
CREATE UNIQUE INDEX uq_webhook_endpoints_callback ON webhook_endpoints (client_id) WHERE kind = 'callback';

CREATE TABLE account_tokens (
    token_id UUID NOT NULL,
    client_id UUID,
    user_id UUID,
    kind TEXT NOT NULL,
    email TEXT NOT NULL,
    role TEXT,
    token_hash BYTEA NOT NULL,
    created_by UUID,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_account_tokens PRIMARY KEY (token_id),
    CONSTRAINT ck_account_tokens_kind_known CHECK (kind IN ('invitation', 'verification', 'password_reset', 'recovery_code')),
    CONSTRAINT ck_account_tokens_role_known CHECK (role IS NULL OR role IN ('viewer', 'operator', 'admin', 'platform_admin')),
    CONSTRAINT fk_account_tokens_users FOREIGN KEY(client_id, user_id) REFERENCES users (client_id, user_id) ON DELETE CASCADE,
    CONSTRAINT fk_account_tokens_client_id FOREIGN KEY(client_id) REFERENCES clients (client_id),
    CONSTRAINT fk_account_tokens_user_id FOREIGN KEY(user_id) REFERENCES users (user_id) ON DELETE CASCADE,
    CONSTRAINT uq_account_tokens_token_hash UNIQUE (token_hash)
);
CREATE INDEX ix_account_tokens_client_id_kind ON account_tokens (client_id, kind, created_at);

CREATE TABLE configurations (
    config_id UUID NOT NULL,
    client_id UUID,
    process_type_id VARCHAR(100) NOT NULL,
    version INTEGER NOT NULL,
    state TEXT DEFAULT 'draft' NOT NULL,
    is_active BOOLEAN DEFAULT 'true' NOT NULL,
    input_schema JSONB DEFAULT '{}'::jsonb NOT NULL,
    output_schema JSONB DEFAULT '{}'::jsonb NOT NULL,
    validation_rules JSONB DEFAULT '{"validation_rules": []}'::jsonb NOT NULL,
    plugin_name TEXT,
    enable_fraud_detection BOOLEAN DEFAULT 'true' NOT NULL,
    enable_hitl BOOLEAN DEFAULT 'true' NOT NULL,
    confidence_threshold NUMERIC(5, 4) DEFAULT '0.8' NOT NULL,
    duplicate_policy TEXT DEFAULT 'flag' NOT NULL,
    workflow JSONB DEFAULT '{}'::jsonb NOT NULL,
    output_actions JSONB DEFAULT '[]'::jsonb NOT NULL,
    llm_policy JSONB DEFAULT '{}'::jsonb NOT NULL,
    prompt_ids JSONB DEFAULT '{}'::jsonb NOT NULL,
    created_by TEXT,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_configurations PRIMARY KEY (config_id),
    CONSTRAINT ck_configurations_state_known CHECK (state IN ('draft', 'shadow', 'canary', 'published', 'retired')),
    CONSTRAINT ck_configurations_duplicate_policy_known CHECK (duplicate_policy IN ('flag', 'allow', 'return_existing')),
    CONSTRAINT ck_configurations_confidence_threshold_share CHECK (confidence_threshold BETWEEN 0 AND 1),
    CONSTRAINT ck_configurations_version_positive CHECK (version > 0),
    CONSTRAINT uq_configurations_client_type_version UNIQUE NULLS NOT DISTINCT (client_id, process_type_id, version),
    CONSTRAINT fk_configurations_client_id FOREIGN KEY(client_id) REFERENCES clients (client_id),
    CONSTRAINT fk_configurations_process_type_id FOREIGN KEY(process_type_id) REFERENCES process_types (process_type_id)
);
CREATE INDEX ix_configurations_process_type_id ON configurations (process_type_id);

CREATE TABLE prompts (
    prompt_id UUID NOT NULL,
    client_id UUID,
    process_type_id VARCHAR(100) NOT NULL,
    version INTEGER NOT NULL,
    stage TEXT NOT NULL,
    prompt_template TEXT NOT NULL,
    model_name TEXT NOT NULL,
    temperature NUMERIC(3, 2),
    max_tokens INTEGER DEFAULT '4096' NOT NULL,
    is_active BOOLEAN DEFAULT 'true' NOT NULL,
    state TEXT DEFAULT 'draft' NOT NULL,
    created_by TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_prompts PRIMARY KEY (prompt_id),
    CONSTRAINT ck_prompts_stage_known CHECK (stage IN ('classification', 'ocr', 'validation', 'summarization')),
    CONSTRAINT ck_prompts_state_known CHECK (state IN ('draft', 'shadow', 'canary', 'published', 'retired')),
    CONSTRAINT ck_prompts_version_positive CHECK (version > 0),
    CONSTRAINT ck_prompts_max_tokens_positive CHECK (max_tokens > 0),
    CONSTRAINT uq_prompts_client_type_version_stage UNIQUE NULLS NOT DISTINCT (client_id, process_type_id, version, stage),
    CONSTRAINT fk_prompts_client_id FOREIGN KEY(client_id) REFERENCES clients (client_id),
    CONSTRAINT fk_prompts_process_type_id FOREIGN KEY(process_type_id) REFERENCES process_types (process_type_id)
);
CREATE INDEX ix_prompts_process_type_id ON prompts (process_type_id, version, stage);

CREATE TABLE refresh_sessions (
    session_id UUID NOT NULL,
    client_id UUID,
    user_id UUID NOT NULL,
    family_id UUID NOT NULL,
    token_hash BYTEA NOT NULL,
    successor_id UUID,
    user_agent TEXT,
    address TEXT,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE,
    revoked_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_refresh_sessions PRIMARY KEY (session_id),
    CONSTRAINT fk_refresh_sessions_users FOREIGN KEY(client_id, user_id) REFERENCES users (client_id, user_id) ON DELETE CASCADE,
    CONSTRAINT fk_refresh_sessions_client_id FOREIGN KEY(client_id) REFERENCES clients (client_id),
    CONSTRAINT fk_refresh_sessions_user_id FOREIGN KEY(user_id) REFERENCES users (user_id) ON DELETE CASCADE,
    CONSTRAINT uq_refresh_sessions_token_hash UNIQUE (token_hash)
);
CREATE INDEX ix_refresh_sessions_client_id_user_id ON refresh_sessions (client_id, user_id);
CREATE INDEX ix_refresh_sessions_family_id ON refresh_sessions (family_id);

CREATE TABLE processes (
    process_id UUID NOT NULL,
    client_id UUID NOT NULL,
    process_type_id VARCHAR(100),
    config_version INTEGER,
    parent_process_id UUID,
    external_id TEXT,
    metadata JSONB DEFAULT '{}'::jsonb NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    status TEXT DEFAULT 'pending' NOT NULL,
    current_stage TEXT DEFAULT 'INGEST' NOT NULL,
    classification_result JSONB,
    extraction_result JSONB,
    validation_result JSONB,
    final_output JSONB,
    overall_confidence NUMERIC(5, 4),
    requires_review BOOLEAN DEFAULT 'false' NOT NULL,
    review_reasons JSONB DEFAULT '[]'::jsonb NOT NULL,
    reviewed_by UUID,
    reviewed_at TIMESTAMP WITH TIME ZONE,
    total_tokens_input BIGINT DEFAULT '0' NOT NULL,
    total_tokens_output BIGINT DEFAULT '0' NOT NULL,
    ingestion_source TEXT DEFAULT 'api' NOT NULL,
    callback_url TEXT,
    error_code TEXT,
    error_message TEXT,
    created_by TEXT,
    completed_at TIMESTAMP WITH TIME ZONE,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_processes PRIMARY KEY (process_id),
    CONSTRAINT ck_processes_status_known CHECK (status IN ('pending', 'ingested', 'classifying', 'extracting', 'validating', 'hitl_review', 'completed', 'failed', 'cancelled')),
    CONSTRAINT ck_processes_current_stage_known CHECK (current_stage IN ('INGEST', 'INTELLIGENT_OCR', 'INTELLIGENT_PROCESS', 'OUTPUT')),
    CONSTRAINT ck_processes_ingestion_source_known CHECK (ingestion_source IN ('web', 'api', 'whatsapp', 'telegram', 'email')),
    CONSTRAINT ck_processes_overall_confidence_share CHECK (overall_confidence BETWEEN 0 AND 1),
    CONSTRAINT uq_processes_client_id_process_id UNIQUE (client_id, process_id),
    CONSTRAINT fk_processes_configuration FOREIGN KEY(client_id, process_type_id, config_version) REFERENCES configurations (client_id, process_type_id, version),
    CONSTRAINT fk_processes_parent FOREIGN KEY(client_id, parent_process_id) REFERENCES processes (client_id, process_id),
    CONSTRAINT fk_processes_client_id FOREIGN KEY(client_id) REFERENCES clients (client_id),
    CONSTRAINT fk_processes_process_type_id FOREIGN KEY(process_type_id) REFERENCES process_types (process_type_id)
);
CREATE INDEX ix_processes_changed ON processes (client_id, updated_at);
CREATE INDEX ix_processes_external_id ON processes (client_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX ix_processes_extraction_result ON processes USING gin (extraction_result jsonb_path_ops);
CREATE INDEX ix_processes_list ON processes (client_id, created_at DESC, process_id DESC);
CREATE INDEX ix_processes_parent ON processes (client_id, parent_process_id) WHERE parent_process_id IS NOT NULL;
CREATE INDEX ix_processes_status_list ON processes (client_id, status, created_at DESC, process_id DESC);

CREATE TABLE documents (
    document_id UUID NOT NULL,
    client_id UUID NOT NULL,
    process_id UUID NOT NULL,
    position INTEGER DEFAULT '0' NOT NULL,
    classification JSONB,
    storage_url TEXT NOT NULL,
    storage_provider TEXT NOT NULL,
    blob_key TEXT NOT NULL,
    file_name TEXT NOT NULL,
    file_size BIGINT NOT NULL,
    mime_type TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    page_count INTEGER,
    status TEXT DEFAULT 'pending' NOT NULL,
    text_source TEXT,
    ocr_text TEXT,
    ocr_confidence NUMERIC(5, 4),
    extracted_data JSONB,
    fraud_score NUMERIC(5, 4),
    fraud_flags JSONB DEFAULT '[]'::jsonb NOT NULL,
    error_code TEXT,
    error_message TEXT,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_documents PRIMARY KEY (document_id),
    CONSTRAINT ck_documents_storage_provider_known CHECK (storage_provider IN ('s3', 'gcs', 'local')),
    CONSTRAINT ck_documents_status_known CHECK (status IN ('pending', 'processing', 'completed', 'failed')),
    CONSTRAINT ck_documents_text_source_known CHECK (text_source IS NULL OR text_source IN ('xml', 'text_layer', 'ocr')),
    CONSTRAINT ck_documents_ocr_confidence_share CHECK (ocr_confidence BETWEEN 0 AND 1),
    CONSTRAINT ck_documents_fraud_score_share CHECK (fraud_score BETWEEN 0 AND 1),
    CONSTRAINT uq_documents_client_id_document_id UNIQUE (client_id, document_id),
    CONSTRAINT uq_documents_client_id_process_id_position UNIQUE (client_id, process_id, position),
    CONSTRAINT fk_documents_process FOREIGN KEY(client_id, process_id) REFERENCES processes (client_id, process_id) ON DELETE CASCADE
);
CREATE INDEX ix_documents_sha256 ON documents (client_id, sha256, created_at);

CREATE TABLE field_corrections (
    correction_id UUID NOT NULL,
    client_id UUID NOT NULL,
    process_id UUID NOT NULL,
    document_id UUID,
    field TEXT NOT NULL,
    before JSONB,
    after JSONB,
    page INTEGER,
    box JSONB,
    cause TEXT,
    corrected_by TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_field_corrections PRIMARY KEY (correction_id),
    CONSTRAINT ck_field_corrections_cause_known CHECK (cause IS NULL OR cause IN ('misread', 'wrong_candidate', 'missing', 'format', 'schema')),
    CONSTRAINT fk_field_corrections_process FOREIGN KEY(client_id, process_id) REFERENCES processes (client_id, process_id) ON DELETE CASCADE
);
CREATE INDEX ix_field_corrections_process ON field_corrections (client_id, process_id, created_at);

CREATE TABLE notifications (
    notification_id UUID NOT NULL,
    client_id UUID NOT NULL,
    process_id UUID,
    user_id UUID,
    type TEXT NOT NULL,
    severity TEXT DEFAULT 'info' NOT NULL,
    title TEXT NOT NULL,
    message TEXT NOT NULL,
    is_read BOOLEAN DEFAULT 'false' NOT NULL,
    read_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_notifications PRIMARY KEY (notification_id),
    CONSTRAINT ck_notifications_type_known CHECK (type IN ('hitl_required', 'process_failed', 'low_confidence', 'fraud_detected', 'process_completed', 'quota_warning', 'alert', 'digest')),
    CONSTRAINT ck_notifications_severity_known CHECK (severity IN ('info', 'warning', 'error', 'critical')),
    CONSTRAINT fk_notifications_process FOREIGN KEY(client_id, process_id) REFERENCES processes (client_id, process_id) ON DELETE CASCADE,
    CONSTRAINT fk_notifications_user FOREIGN KEY(client_id, user_id) REFERENCES users (client_id, user_id) ON DELETE CASCADE,
    CONSTRAINT fk_notifications_client_id FOREIGN KEY(client_id) REFERENCES clients (client_id)
);
CREATE INDEX ix_notifications_list ON notifications (client_id, created_at DESC, notification_id DESC);

CREATE TABLE output_actions (
    action_id UUID NOT NULL,
    client_id UUID NOT NULL,
    process_id UUID NOT NULL,
    position INTEGER DEFAULT '0' NOT NULL,
    action_type TEXT NOT NULL,
    target_config JSONB DEFAULT '{}'::jsonb NOT NULL,
    status TEXT DEFAULT 'pending' NOT NULL,
    retry_count INTEGER DEFAULT '0' NOT NULL,
    max_retries INTEGER DEFAULT '8' NOT NULL,
    attempt INTEGER DEFAULT '0' NOT NULL,
    available_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    claimed_by UUID,
    started_at TIMESTAMP WITH TIME ZONE,
    finished_at TIMESTAMP WITH TIME ZONE,
    result JSONB,
    error_message TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_output_actions PRIMARY KEY (action_id),
    CONSTRAINT ck_output_actions_action_type_known CHECK (action_type IN ('email', 'webhook', 'erp_integration', 'database_insert', 'file_export')),
    CONSTRAINT ck_output_actions_status_known CHECK (status IN ('pending', 'executing', 'completed', 'failed', 'retrying')),
    CONSTRAINT uq_output_actions_client_id_process_id_position UNIQUE (client_id, process_id, position),
    CONSTRAINT fk_output_actions_process FOREIGN KEY(client_id, process_id) REFERENCES processes (client_id, process_id) ON DELETE CASCADE
);
CREATE INDEX ix_output_actions_due ON output_actions (available_at, action_id) WHERE status IN ('pending', 'retrying');
CREATE INDEX ix_output_actions_executing ON output_actions (claimed_by) WHERE status = 'executing';

CREATE TABLE reviews (
    review_id UUID NOT NULL,
    client_id UUID NOT NULL,
    process_id UUID NOT NULL,
    stage TEXT NOT NULL,
    status TEXT DEFAULT 'open' NOT NULL,
    reasons JSONB DEFAULT '[]'::jsonb NOT NULL,
    priority INTEGER DEFAULT '0' NOT NULL,
    is_blind_sample BOOLEAN DEFAULT 'false' NOT NULL,
    assignee UUID,
    claimed_by UUID,
    lease_until TIMESTAMP WITH TIME ZONE,
    approvals_required INTEGER DEFAULT '1' NOT NULL,
    approved_by JSONB DEFAULT '[]'::jsonb NOT NULL,
    decision TEXT,
    decision_reason TEXT,
    decided_by TEXT,
    decided_at TIMESTAMP WITH TIME ZONE,
    notes JSONB DEFAULT '[]'::jsonb NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_reviews PRIMARY KEY (review_id),
    CONSTRAINT ck_reviews_stage_known CHECK (stage IN ('INGEST', 'INTELLIGENT_OCR', 'INTELLIGENT_PROCESS', 'OUTPUT')),
    CONSTRAINT ck_reviews_status_known CHECK (status IN ('open', 'decided', 'cancelled')),
    CONSTRAINT ck_reviews_decision_known CHECK (decision IS NULL OR decision IN ('approve', 'reject', 'send_back')),
    CONSTRAINT fk_reviews_process FOREIGN KEY(client_id, process_id) REFERENCES processes (client_id, process_id) ON DELETE CASCADE
);
CREATE INDEX ix_reviews_queue ON reviews (client_id, priority DESC, created_at, review_id) WHERE status = 'open';
CREATE UNIQUE INDEX uq_reviews_open ON reviews (client_id, process_id) WHERE status = 'open' AND NOT is_blind_sample;

CREATE TABLE stage_runs (
    run_id UUID NOT NULL,
    client_id UUID NOT NULL,
    process_id UUID NOT NULL,
    stage TEXT NOT NULL,
    step TEXT NOT NULL,
    attempt INTEGER DEFAULT '0' NOT NULL,
    failures INTEGER DEFAULT '0' NOT NULL,
    losses INTEGER DEFAULT '0' NOT NULL,
    status TEXT DEFAULT 'ready' NOT NULL,
    available_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    claimed_by UUID,
    started_at TIMESTAMP WITH TIME ZONE,
    finished_at TIMESTAMP WITH TIME ZONE,
    duration_ms INTEGER,
    input_ref TEXT,
    output_ref TEXT,
    error_code TEXT,
    error_message TEXT,
    tokens_input INTEGER DEFAULT '0' NOT NULL,
    tokens_output INTEGER DEFAULT '0' NOT NULL,
    traceparent TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_stage_runs PRIMARY KEY (run_id),
    CONSTRAINT ck_stage_runs_stage_known CHECK (stage IN ('INGEST', 'INTELLIGENT_OCR', 'INTELLIGENT_PROCESS', 'OUTPUT')),
    CONSTRAINT ck_stage_runs_status_known CHECK (status IN ('ready', 'claimed', 'done', 'failed', 'cancelled')),
    CONSTRAINT ck_stage_runs_claimed_has_claimer CHECK ((status = 'claimed') = (claimed_by IS NOT NULL)),
    CONSTRAINT uq_stage_runs_client_id_run_id UNIQUE (client_id, run_id),
    CONSTRAINT fk_stage_runs_process FOREIGN KEY(client_id, process_id) REFERENCES processes (client_id, process_id) ON DELETE CASCADE
);
CREATE INDEX ix_stage_runs_claimed ON stage_runs (claimed_by) WHERE status = 'claimed';
CREATE INDEX ix_stage_runs_dead ON stage_runs (finished_at) WHERE status = 'failed';
CREATE INDEX ix_stage_runs_ready ON stage_runs (stage, client_id, available_at, run_id) WHERE status = 'ready';
CREATE INDEX ix_stage_runs_timeline ON stage_runs (client_id, process_id, created_at);
CREATE UNIQUE INDEX uq_stage_runs_open ON stage_runs (client_id, process_id) WHERE status IN ('ready', 'claimed');

CREATE TABLE webhook_deliveries (
    delivery_id UUID NOT NULL,
    client_id UUID NOT NULL,
    endpoint_id UUID NOT NULL,
    process_id UUID,
    event_type TEXT NOT NULL,
    webhook_id TEXT NOT NULL,
    url TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT DEFAULT 'pending' NOT NULL,
    attempts JSONB DEFAULT '[]'::jsonb NOT NULL,
    attempt INTEGER DEFAULT '0' NOT NULL,
    failures INTEGER DEFAULT '0' NOT NULL,
    available_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    claimed_by UUID,
    finished_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_webhook_deliveries PRIMARY KEY (delivery_id),
    CONSTRAINT ck_webhook_deliveries_state_known CHECK (state IN ('pending', 'sending', 'delivered', 'failed')),
    CONSTRAINT uq_webhook_deliveries_client_id_endpoint_id_webhook_id UNIQUE (client_id, endpoint_id, webhook_id),
    CONSTRAINT fk_webhook_deliveries_endpoint FOREIGN KEY(client_id, endpoint_id) REFERENCES webhook_endpoints (client_id, endpoint_id) ON DELETE CASCADE,
    CONSTRAINT fk_webhook_deliveries_process FOREIGN KEY(client_id, process_id) REFERENCES processes (client_id, process_id) ON DELETE CASCADE
);
CREATE INDEX ix_webhook_deliveries_due ON webhook_deliveries (available_at, delivery_id) WHERE state = 'pending';
CREATE INDEX ix_webhook_deliveries_list ON webhook_deliveries (client_id, created_at DESC, delivery_id DESC);
CREATE INDEX ix_webhook_deliveries_sending ON webhook_deliveries (claimed_by) WHERE state = 'sending';

CREATE TABLE pages (
    client_id UUID NOT NULL,
    document_id UUID NOT NULL,
    number INTEGER NOT NULL,
    width DOUBLE PRECISION NOT NULL,
    height DOUBLE PRECISION NOT NULL,
    rotation INTEGER DEFAULT '0' NOT NULL,
    source TEXT NOT NULL,
    word_count INTEGER NOT NULL,
    confidence NUMERIC(5, 4),
    words_key TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_pages PRIMARY KEY (document_id, number),
    CONSTRAINT ck_pages_source_known CHECK (source IN ('xml', 'text_layer', 'ocr')),
    CONSTRAINT ck_pages_confidence_share CHECK (confidence BETWEEN 0 AND 1),
    CONSTRAINT fk_pages_document FOREIGN KEY(client_id, document_id) REFERENCES documents (client_id, document_id) ON DELETE CASCADE
);
CREATE INDEX ix_pages_client_id_document_id ON pages (client_id, document_id, number);

