CREATE TABLE platform_answers (
    route text NOT NULL,
    key text NOT NULL,
    content_hash bytea NOT NULL,
    status_code integer,
    headers jsonb,
    body jsonb,
    expires_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    CONSTRAINT pk_platform_answers PRIMARY KEY (route, key)
);
