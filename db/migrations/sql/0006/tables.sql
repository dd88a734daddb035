ALTER TABLE users ADD COLUMN totp_pending BYTEA;

ALTER TABLE api_keys ADD COLUMN version INTEGER DEFAULT '1' NOT NULL;

ALTER TABLE refresh_sessions ADD COLUMN signed_in_at TIMESTAMP WITH TIME ZONE;
CREATE INDEX ix_refresh_sessions_open ON refresh_sessions (client_id, user_id) WHERE used_at IS NULL AND revoked_at IS NULL;

CREATE TABLE socket_tickets (
    client_id UUID NOT NULL,
    ticket_hash BYTEA NOT NULL,
    user_id UUID,
    session_id UUID,
    api_key_id UUID,
    ends_at TIMESTAMP WITH TIME ZONE,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_socket_tickets PRIMARY KEY (client_id, ticket_hash),
    CONSTRAINT ck_socket_tickets_one_holder CHECK ((user_id IS NULL) = (session_id IS NULL) AND (user_id IS NULL) <> (api_key_id IS NULL)),
    CONSTRAINT fk_socket_tickets_client_id FOREIGN KEY(client_id) REFERENCES clients (client_id)
);
CREATE INDEX ix_socket_tickets_client_id_expires_at ON socket_tickets (client_id, expires_at);
CREATE INDEX ix_refresh_sessions_revoked ON refresh_sessions (family_id) WHERE revoked_at IS NOT NULL;
