-- What stands there was told before there were channels.
ALTER TABLE notifications ADD COLUMN is_spread BOOLEAN DEFAULT true NOT NULL;
ALTER TABLE notifications ALTER COLUMN is_spread SET DEFAULT false;
ALTER TABLE notifications ADD CONSTRAINT uq_notifications_client_id_notification_id UNIQUE (client_id, notification_id);

CREATE TABLE notification_reads (
    client_id UUID NOT NULL,
    notification_id UUID NOT NULL,
    user_id UUID NOT NULL,
    read_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_notification_reads PRIMARY KEY (client_id, notification_id, user_id),
    CONSTRAINT fk_notification_reads_user FOREIGN KEY(client_id, user_id) REFERENCES users (client_id, user_id) ON DELETE CASCADE,
    CONSTRAINT fk_notification_reads_client_id FOREIGN KEY(client_id) REFERENCES clients (client_id),
    CONSTRAINT fk_notification_reads_notification FOREIGN KEY(client_id, notification_id) REFERENCES notifications (client_id, notification_id) ON DELETE CASCADE
);
CREATE INDEX ix_notification_reads_user ON notification_reads (client_id, user_id);

CREATE TABLE notification_preferences (
    client_id UUID NOT NULL,
    user_id UUID NOT NULL,
    in_app TEXT[],
    read_until TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_notification_preferences PRIMARY KEY (client_id, user_id),
    CONSTRAINT fk_notification_preferences_user FOREIGN KEY(client_id, user_id) REFERENCES users (client_id, user_id) ON DELETE CASCADE,
    CONSTRAINT fk_notification_preferences_client_id FOREIGN KEY(client_id) REFERENCES clients (client_id)
);
CREATE INDEX ix_notification_preferences_completions ON notification_preferences (client_id) WHERE 'process_completed' = ANY (in_app);

CREATE TABLE notification_channels (
    channel_id UUID NOT NULL,
    client_id UUID NOT NULL,
    user_id UUID,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    target_sealed BYTEA,
    shown_target TEXT,
    events TEXT[] DEFAULT '{}' NOT NULL,
    window_s INTEGER DEFAULT '60' NOT NULL,
    state TEXT DEFAULT 'active' NOT NULL,
    failing_since TIMESTAMP WITH TIME ZONE,
    last_error_code TEXT,
    last_delivered_at TIMESTAMP WITH TIME ZONE,
    created_by TEXT,
    version INTEGER DEFAULT '1' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_notification_channels PRIMARY KEY (channel_id),
    CONSTRAINT ck_notification_channels_kind_known CHECK (kind IN ('email', 'slack', 'teams', 'telegram', 'sms', 'mattermost', 'discord')),
    CONSTRAINT ck_notification_channels_state_known CHECK (state IN ('active', 'disabled')),
    CONSTRAINT ck_notification_channels_window_known CHECK (window_s BETWEEN 0 AND 86400),
    CONSTRAINT uq_notification_channels_client_id_channel_id UNIQUE (client_id, channel_id),
    CONSTRAINT uq_notification_channels_client_id_user_id UNIQUE (client_id, user_id),
    CONSTRAINT fk_notification_channels_user FOREIGN KEY(client_id, user_id) REFERENCES users (client_id, user_id) ON DELETE CASCADE,
    CONSTRAINT fk_notification_channels_client_id FOREIGN KEY(client_id) REFERENCES clients (client_id)
);
CREATE INDEX ix_notification_channels_completions ON notification_channels (client_id) WHERE state = 'active' AND 'process_completed' = ANY (events);
CREATE INDEX ix_notification_channels_list ON notification_channels (client_id, created_at DESC, channel_id DESC);

CREATE TABLE notification_messages (
    message_id UUID NOT NULL,
    client_id UUID NOT NULL,
    channel_id UUID NOT NULL,
    counts JSONB DEFAULT '{}'::jsonb NOT NULL,
    notification_ids UUID[] DEFAULT '{}' NOT NULL,
    is_test BOOLEAN DEFAULT 'false' NOT NULL,
    state TEXT DEFAULT 'pending' NOT NULL,
    attempt INTEGER DEFAULT '0' NOT NULL,
    failures INTEGER DEFAULT '0' NOT NULL,
    available_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    error_code TEXT,
    finished_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_notification_messages PRIMARY KEY (message_id),
    CONSTRAINT ck_notification_messages_state_known CHECK (state IN ('pending', 'delivered', 'failed')),
    CONSTRAINT fk_notification_messages_channel FOREIGN KEY(client_id, channel_id) REFERENCES notification_channels (client_id, channel_id) ON DELETE CASCADE,
    CONSTRAINT fk_notification_messages_client_id FOREIGN KEY(client_id) REFERENCES clients (client_id)
);
CREATE INDEX ix_notification_messages_due ON notification_messages (available_at, message_id) WHERE state = 'pending';
CREATE INDEX ix_notification_messages_list ON notification_messages (client_id, channel_id, created_at DESC, message_id DESC);
CREATE UNIQUE INDEX uq_notification_messages_gathering ON notification_messages (client_id, channel_id) WHERE state = 'pending' AND attempt = 0 AND NOT is_test;

CREATE TABLE alert_rules (
    rule_id UUID NOT NULL,
    client_id UUID NOT NULL,
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
    created_by TEXT,
    version INTEGER DEFAULT '1' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_alert_rules PRIMARY KEY (rule_id),
    CONSTRAINT ck_alert_rules_metric_known CHECK (metric IS NULL OR metric IN ('review_queue_depth', 'review_queue_age_s', 'failure_rate', 'straight_through_rate', 'spend_usd', 'latency_p95_s', 'dead_runs', 'deliveries_failing')),
    CONSTRAINT ck_alert_rules_event_known CHECK (event IS NULL OR event IN ('hitl_required', 'process_failed', 'low_confidence', 'fraud_detected', 'quota_warning')),
    CONSTRAINT ck_alert_rules_comparison_known CHECK (comparison IN ('above', 'below')),
    CONSTRAINT ck_alert_rules_severity_known CHECK (severity IN ('info', 'warning', 'error', 'critical')),
    CONSTRAINT ck_alert_rules_one_source CHECK ((metric IS NULL) <> (event IS NULL)),
    CONSTRAINT ck_alert_rules_window_known CHECK (window_s BETWEEN 60 AND 86400),
    CONSTRAINT ck_alert_rules_cool_down_known CHECK (cool_down_s BETWEEN 60 AND 604800),
    CONSTRAINT fk_alert_rules_client_id FOREIGN KEY(client_id) REFERENCES clients (client_id)
);
CREATE INDEX ix_alert_rules_list ON alert_rules (client_id, created_at DESC, rule_id DESC);

CREATE INDEX ix_notifications_fresh ON notifications (notification_id) WHERE NOT is_spread;
CREATE INDEX ix_notifications_type ON notifications (client_id, type, created_at);
