CREATE TABLE platform_channels (
    channel_id UUID NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    target_sealed BYTEA NOT NULL,
    shown_target TEXT NOT NULL,
    failing_since TIMESTAMP WITH TIME ZONE,
    last_error_code TEXT,
    last_delivered_at TIMESTAMP WITH TIME ZONE,
    created_by TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_platform_channels PRIMARY KEY (channel_id),
    CONSTRAINT ck_platform_channels_kind_known CHECK (kind IN ('email', 'slack', 'teams', 'telegram', 'sms', 'mattermost', 'discord'))
);

CREATE TABLE platform_alert_rules (
    rule_id UUID NOT NULL,
    name TEXT NOT NULL,
    metric TEXT,
    event TEXT,
    comparison TEXT DEFAULT 'above' NOT NULL,
    threshold DOUBLE PRECISION NOT NULL,
    window_s INTEGER DEFAULT '3600' NOT NULL,
    cool_down_s INTEGER DEFAULT '3600' NOT NULL,
    severity TEXT DEFAULT 'warning' NOT NULL,
    is_enabled BOOLEAN DEFAULT 'true' NOT NULL,
    last_value DOUBLE PRECISION,
    last_evaluated_at TIMESTAMP WITH TIME ZONE,
    last_fired_at TIMESTAMP WITH TIME ZONE,
    created_by TEXT NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_platform_alert_rules PRIMARY KEY (rule_id),
    CONSTRAINT ck_platform_alert_rules_metric_known CHECK (metric IS NULL OR metric IN ('dead_runs', 'queue_depth', 'queue_age_s', 'outbox_age_s', 'sendings_age_s', 'review_queue_age_s', 'failure_rate', 'spend_usd', 'providers_down', 'services_down')),
    CONSTRAINT ck_platform_alert_rules_event_known CHECK (event IS NULL OR event IN ('hitl_required', 'process_failed', 'low_confidence', 'fraud_detected', 'quota_warning', 'document_duplicate')),
    CONSTRAINT ck_platform_alert_rules_comparison_known CHECK (comparison IN ('above', 'below')),
    CONSTRAINT ck_platform_alert_rules_severity_known CHECK (severity IN ('info', 'warning', 'error', 'critical')),
    CONSTRAINT ck_platform_alert_rules_one_source CHECK ((metric IS NULL) <> (event IS NULL)),
    CONSTRAINT ck_platform_alert_rules_window_known CHECK (window_s BETWEEN 60 AND 86400),
    CONSTRAINT ck_platform_alert_rules_cool_down_known CHECK (cool_down_s BETWEEN 60 AND 604800)
);

CREATE TABLE platform_messages (
    message_id UUID NOT NULL,
    channel_id UUID NOT NULL,
    title TEXT NOT NULL,
    told TEXT NOT NULL,
    state TEXT DEFAULT 'pending' NOT NULL,
    attempt INTEGER DEFAULT '0' NOT NULL,
    failures INTEGER DEFAULT '0' NOT NULL,
    available_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    error_code TEXT,
    finished_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_platform_messages PRIMARY KEY (message_id),
    CONSTRAINT ck_platform_messages_state_known CHECK (state IN ('pending', 'delivered', 'failed')),
    CONSTRAINT fk_platform_messages_channel_id FOREIGN KEY(channel_id) REFERENCES platform_channels (channel_id) ON DELETE CASCADE
);
CREATE INDEX ix_platform_messages_channel_id ON platform_messages (channel_id);
CREATE INDEX ix_platform_messages_due ON platform_messages (available_at, message_id) WHERE state = 'pending';
