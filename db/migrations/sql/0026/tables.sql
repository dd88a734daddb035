CREATE TABLE vendor_memories (
    document_id UUID NOT NULL,
    client_id UUID NOT NULL,
    process_id UUID NOT NULL,
    process_type_id VARCHAR(100) NOT NULL,
    config_version INTEGER NOT NULL,
    vendor_key TEXT NOT NULL,
    vendor_name TEXT,
    vector BYTEA NOT NULL,
    knowledge JSONB NOT NULL,
    is_corrected BOOLEAN DEFAULT false NOT NULL,
    by_reviewer BOOLEAN DEFAULT false NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_vendor_memories PRIMARY KEY (document_id),
    CONSTRAINT fk_vendor_memories_process FOREIGN KEY(client_id, process_id) REFERENCES processes (client_id, process_id) ON DELETE CASCADE
);
CREATE INDEX ix_vendor_memories_recent ON vendor_memories (client_id, process_type_id, updated_at);
CREATE INDEX ix_vendor_memories_process ON vendor_memories (client_id, process_id);
CREATE TRIGGER update_vendor_memories_updated_at BEFORE UPDATE ON vendor_memories
    FOR EACH ROW EXECUTE FUNCTION update_updated_at_column();

CREATE TABLE vendor_templates (
    template_id UUID NOT NULL,
    client_id UUID NOT NULL,
    process_id UUID NOT NULL,
    process_type_id VARCHAR(100) NOT NULL,
    vendor_key TEXT NOT NULL,
    vendor_name TEXT,
    field TEXT NOT NULL,
    place JSONB NOT NULL,
    hits INTEGER DEFAULT 0 NOT NULL,
    misses INTEGER DEFAULT 0 NOT NULL,
    learned_by TEXT NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_vendor_templates PRIMARY KEY (template_id),
    CONSTRAINT uq_vendor_templates_field UNIQUE (client_id, process_type_id, vendor_key, field),
    CONSTRAINT fk_vendor_templates_process FOREIGN KEY(client_id, process_id) REFERENCES processes (client_id, process_id) ON DELETE CASCADE
);
CREATE INDEX ix_vendor_templates_list ON vendor_templates (client_id, created_at, template_id);
CREATE INDEX ix_vendor_templates_process ON vendor_templates (client_id, process_id);
CREATE TRIGGER update_vendor_templates_updated_at BEFORE UPDATE ON vendor_templates
    FOR EACH ROW EXECUTE FUNCTION update_updated_at_column();
