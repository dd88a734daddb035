CREATE TABLE budget_reservations (
    client_id UUID NOT NULL,
    call_id UUID NOT NULL,
    reserved_on DATE NOT NULL,
    tokens BIGINT NOT NULL,
    micros BIGINT,
    released BOOLEAN DEFAULT false NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_budget_reservations PRIMARY KEY (client_id, call_id),
    CONSTRAINT fk_budget_reservations_client_id FOREIGN KEY(client_id) REFERENCES clients (client_id)
);
CREATE INDEX ix_budget_reservations_expires_at ON budget_reservations (expires_at);

ALTER TABLE llm_calls ADD COLUMN asked_model text;
