CREATE TABLE client_secrets (
    client_id UUID NOT NULL,
    name TEXT NOT NULL,
    value_sealed BYTEA NOT NULL,
    set_by TEXT NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_client_secrets PRIMARY KEY (client_id, name),
    CONSTRAINT ck_client_secrets_name_form CHECK (name ~ '^[A-Z][A-Z0-9_]{0,63}$'),
    CONSTRAINT fk_client_secrets_client_id FOREIGN KEY(client_id) REFERENCES clients (client_id)
);
CREATE TRIGGER update_client_secrets_updated_at BEFORE UPDATE ON client_secrets
    FOR EACH ROW EXECUTE FUNCTION update_updated_at_column();

CREATE INDEX ix_webhook_deliveries_lanes ON webhook_deliveries (
    client_id, split_part(url, '/', 3), available_at, delivery_id
) WHERE state = 'pending';
CREATE INDEX ix_webhook_deliveries_endpoint ON webhook_deliveries (
    client_id, endpoint_id, created_at DESC, delivery_id DESC
);
CREATE INDEX ix_output_actions_lanes ON output_actions (client_id, action_type, available_at, action_id)
    WHERE status IN ('pending', 'retrying');
