CREATE TABLE retentions (
    client_id uuid NOT NULL,
    keep_days integer NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_retentions PRIMARY KEY (client_id),
    CONSTRAINT fk_retentions_client_id FOREIGN KEY (client_id) REFERENCES clients (client_id),
    CONSTRAINT ck_retentions_keep_days_bounds CHECK (keep_days BETWEEN 1 AND 36500)
);
CREATE TRIGGER update_retentions_updated_at BEFORE UPDATE ON retentions
    FOR EACH ROW EXECUTE FUNCTION update_updated_at_column();
