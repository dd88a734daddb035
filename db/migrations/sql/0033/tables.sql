CREATE TABLE evaluation_sets (
    set_id UUID NOT NULL,
    client_id UUID NOT NULL,
    process_type_id VARCHAR(100) NOT NULL,
    config_version INTEGER,
    name TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_evaluation_sets PRIMARY KEY (set_id),
    CONSTRAINT uq_evaluation_sets_client_id_set_id UNIQUE (client_id, set_id),
    CONSTRAINT fk_evaluation_sets_client_id FOREIGN KEY(client_id) REFERENCES clients (client_id),
    CONSTRAINT fk_evaluation_sets_process_type_id FOREIGN KEY(process_type_id) REFERENCES process_types (process_type_id)
);
CREATE INDEX ix_evaluation_sets_list ON evaluation_sets (client_id, created_at DESC, set_id DESC);

CREATE TABLE evaluation_items (
    client_id UUID NOT NULL,
    set_id UUID NOT NULL,
    document_id UUID NOT NULL,
    expected JSONB NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_evaluation_items PRIMARY KEY (client_id, set_id, document_id),
    CONSTRAINT fk_evaluation_items_set FOREIGN KEY(client_id, set_id) REFERENCES evaluation_sets (client_id, set_id) ON DELETE CASCADE,
    CONSTRAINT fk_evaluation_items_document FOREIGN KEY(client_id, document_id) REFERENCES documents (client_id, document_id) ON DELETE CASCADE
);
CREATE INDEX ix_evaluation_items_document ON evaluation_items (client_id, document_id);

CREATE TABLE evaluations (
    evaluation_id UUID NOT NULL,
    client_id UUID NOT NULL,
    set_id UUID NOT NULL,
    process_type_id TEXT NOT NULL,
    candidate JSONB NOT NULL,
    baseline JSONB,
    status TEXT DEFAULT 'pending' NOT NULL,
    attempt INTEGER DEFAULT '0' NOT NULL,
    failures INTEGER DEFAULT '0' NOT NULL,
    available_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    documents INTEGER NOT NULL,
    figures JSONB,
    verdict TEXT,
    error_code TEXT,
    created_by TEXT NOT NULL,
    completed_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_evaluations PRIMARY KEY (evaluation_id),
    CONSTRAINT ck_evaluations_status_known CHECK (status IN ('pending', 'running', 'completed', 'failed')),
    CONSTRAINT ck_evaluations_verdict_known CHECK (verdict IS NULL OR verdict IN ('passed', 'worse')),
    CONSTRAINT uq_evaluations_client_id_evaluation_id UNIQUE (client_id, evaluation_id),
    CONSTRAINT fk_evaluations_set FOREIGN KEY(client_id, set_id) REFERENCES evaluation_sets (client_id, set_id) ON DELETE CASCADE
);
CREATE INDEX ix_evaluations_list ON evaluations (client_id, created_at DESC, evaluation_id DESC);
CREATE INDEX ix_evaluations_set ON evaluations (client_id, set_id);
CREATE INDEX ix_evaluations_due ON evaluations (available_at) WHERE status IN ('pending', 'running');

CREATE TABLE evaluation_readings (
    client_id UUID NOT NULL,
    evaluation_id UUID NOT NULL,
    document_id UUID NOT NULL,
    side TEXT NOT NULL,
    outcomes JSONB NOT NULL,
    needs_review BOOLEAN NOT NULL,
    pages INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    tokens_input INTEGER NOT NULL,
    tokens_output INTEGER NOT NULL,
    cost_micros BIGINT,
    error_code TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_evaluation_readings PRIMARY KEY (client_id, evaluation_id, document_id, side),
    CONSTRAINT ck_evaluation_readings_side_known CHECK (side IN ('candidate', 'baseline')),
    CONSTRAINT fk_evaluation_readings_evaluation FOREIGN KEY(client_id, evaluation_id) REFERENCES evaluations (client_id, evaluation_id) ON DELETE CASCADE,
    CONSTRAINT fk_evaluation_readings_document FOREIGN KEY(client_id, document_id) REFERENCES documents (client_id, document_id) ON DELETE CASCADE
);
CREATE INDEX ix_evaluation_readings_document ON evaluation_readings (client_id, document_id);

CREATE TABLE publish_gates (
    client_id UUID NOT NULL,
    mode TEXT DEFAULT 'off' NOT NULL,
    min_documents INTEGER DEFAULT '50' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_publish_gates PRIMARY KEY (client_id),
    CONSTRAINT ck_publish_gates_mode_known CHECK (mode IN ('off', 'warn', 'refuse')),
    CONSTRAINT ck_publish_gates_min_documents_positive CHECK (min_documents > 0),
    CONSTRAINT fk_publish_gates_client_id FOREIGN KEY(client_id) REFERENCES clients (client_id)
);

ALTER TABLE configurations ADD COLUMN canary_percent INTEGER;
ALTER TABLE configurations ADD CONSTRAINT ck_configurations_canary_percent_share CHECK (canary_percent BETWEEN 1 AND 99);
CREATE UNIQUE INDEX uq_configurations_canary ON configurations (client_id, process_type_id) WHERE state = 'canary';
