CREATE TABLE calibrations (
    calibration_id UUID NOT NULL,
    client_id UUID NOT NULL,
    scope TEXT NOT NULL,
    version INTEGER NOT NULL,
    process_type_id VARCHAR(100),
    is_active BOOLEAN NOT NULL,
    labels INTEGER NOT NULL,
    weights JSONB NOT NULL,
    steps JSONB DEFAULT '[]'::jsonb NOT NULL,
    figures JSONB NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_calibrations PRIMARY KEY (calibration_id),
    CONSTRAINT fk_calibrations_client_id FOREIGN KEY(client_id) REFERENCES clients (client_id),
    CONSTRAINT fk_calibrations_process_type_id FOREIGN KEY(process_type_id) REFERENCES process_types (process_type_id),
    CONSTRAINT uq_calibrations_client_id_scope_version UNIQUE (client_id, scope, version)
);
CREATE UNIQUE INDEX uq_calibrations_active ON calibrations (client_id, scope) WHERE is_active;
CREATE INDEX ix_calibrations_latest ON calibrations (client_id, created_at);
CREATE INDEX ix_reviews_decided ON reviews (client_id, decided_at) WHERE status = 'decided';
