CREATE TABLE mails (
    mail_id UUID NOT NULL,
    client_id UUID,
    kind TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    attempt INTEGER DEFAULT '0' NOT NULL,
    failures INTEGER DEFAULT '0' NOT NULL,
    available_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_mails PRIMARY KEY (mail_id),
    CONSTRAINT ck_mails_kind_known CHECK (kind IN ('invitation', 'verification', 'password_reset', 'password_changed')),
    CONSTRAINT fk_mails_client_id FOREIGN KEY(client_id) REFERENCES clients (client_id)
);
CREATE INDEX ix_mails_available_at ON mails (available_at, mail_id);
