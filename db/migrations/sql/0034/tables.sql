CREATE TABLE vendors (
    vendor_id UUID NOT NULL,
    client_id UUID NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    vat_id TEXT,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_vendors PRIMARY KEY (vendor_id),
    CONSTRAINT fk_vendors_client_id FOREIGN KEY(client_id) REFERENCES clients (client_id),
    CONSTRAINT uq_vendors_client_id_vendor_id UNIQUE (client_id, vendor_id),
    CONSTRAINT uq_vendors_client_id_name_key_vat_id UNIQUE NULLS NOT DISTINCT (client_id, name_key, vat_id)
);
CREATE INDEX ix_vendors_vat_id ON vendors (client_id, vat_id);
CREATE INDEX ix_vendors_list ON vendors (client_id, created_at, vendor_id);
CREATE TRIGGER update_vendors_updated_at BEFORE UPDATE ON vendors
    FOR EACH ROW EXECUTE FUNCTION update_updated_at_column();

CREATE TABLE vendor_accounts (
    client_id UUID NOT NULL,
    vendor_id UUID NOT NULL,
    account TEXT NOT NULL,
    first_seen_at TIMESTAMP WITH TIME ZONE,
    last_seen_at TIMESTAMP WITH TIME ZONE,
    verified_at TIMESTAMP WITH TIME ZONE,
    verified_by TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_vendor_accounts PRIMARY KEY (client_id, vendor_id, account),
    CONSTRAINT fk_vendor_accounts_vendor FOREIGN KEY(client_id, vendor_id)
        REFERENCES vendors (client_id, vendor_id) ON DELETE CASCADE
);
CREATE INDEX ix_vendor_accounts_account ON vendor_accounts (client_id, account);

CREATE TABLE document_marks (
    client_id UUID NOT NULL,
    document_id UUID NOT NULL,
    process_id UUID NOT NULL,
    seller TEXT,
    seller_key TEXT,
    vat_id TEXT,
    number TEXT,
    number_key TEXT,
    issued_on DATE,
    total NUMERIC,
    currency TEXT,
    accounts TEXT[] DEFAULT '{}' NOT NULL,
    is_credit BOOLEAN DEFAULT 'false' NOT NULL,
    producer TEXT,
    picture_hash BYTEA,
    vendor_id UUID,
    counted_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_document_marks PRIMARY KEY (client_id, document_id),
    CONSTRAINT fk_document_marks_document FOREIGN KEY(client_id, document_id)
        REFERENCES documents (client_id, document_id) ON DELETE CASCADE
);
CREATE INDEX ix_document_marks_number_key ON document_marks (client_id, number_key, created_at);
CREATE INDEX ix_document_marks_total ON document_marks (client_id, total, created_at);
CREATE INDEX ix_document_marks_vendor_id ON document_marks (client_id, vendor_id, counted_at);
CREATE INDEX ix_document_marks_counted_at ON document_marks (client_id, counted_at);
CREATE INDEX ix_document_marks_process_id ON document_marks (client_id, process_id);
