-- Sample data for development: three clients with their copies of the built-in types' configurations, and ten users.
--
-- Run it after types/built_in.sql, as docflow_owner or as a role that may become it: `db/scripts/migrate.sh seed`, or
-- both by psql. Running it again changes nothing. Never load it in production: the password of every user is public
-- ("password123", argon2id).

BEGIN;
SET LOCAL ROLE docflow_owner;

-- Ids of the sample rows: the same on every machine, in the form of version 7.
CREATE FUNCTION pg_temp.sample_id(name text) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT ('019a0000-0000-7' || substr(md5(name), 1, 3) || '-8' || substr(md5(name), 4, 3) || '-' || substr(md5(name), 7, 12))::uuid
$$;

-- A user without a client.

INSERT INTO users (user_id, client_id, email, password_hash, role, status, email_verified_at, is_demo) VALUES
    (pg_temp.sample_id('user/platform@docflow.local'), NULL, 'platform@docflow.local',
     '$argon2id$v=19$m=65536,t=3,p=4$sNaa05pTKoUQgvB+D0EIoQ$uQ15ihxecT4CROIpMpOluP3ZU7hDfW3Wn77omuTY2bM', 'platform_admin', 'active', now(), true)
ON CONFLICT DO NOTHING;

-- Each client with its people and its own copies of the platform's configurations.
-- Row-level security holds for the owner too, so each is written while bound to it.


SELECT set_config('app.current_client_id', pg_temp.sample_id('client/acme-corp')::text, true);

INSERT INTO clients (client_id, name, slug, status, subscription_tier, token_balance) VALUES
    (pg_temp.sample_id('client/acme-corp'), 'Acme Corporation', 'acme-corp', 'active', 'enterprise', NULL)
ON CONFLICT DO NOTHING;

INSERT INTO users (user_id, client_id, email, password_hash, role, status, email_verified_at, is_demo)
SELECT pg_temp.sample_id('user/' || role || '@acme.com'), pg_temp.sample_id('client/acme-corp'), role || '@acme.com',
       '$argon2id$v=19$m=65536,t=3,p=4$sNaa05pTKoUQgvB+D0EIoQ$uQ15ihxecT4CROIpMpOluP3ZU7hDfW3Wn77omuTY2bM', role, 'active', now(), true
FROM unnest(ARRAY['admin', 'operator', 'viewer']) AS role
ON CONFLICT DO NOTHING;

INSERT INTO configurations (config_id, client_id, process_type_id, version, state, confidence_threshold, plugin_name,
                            input_schema, validation_rules, output_schema, schema_text, prompt_ids, created_by)
SELECT pg_temp.sample_id('configuration/acme-corp/' || process_type_id), pg_temp.sample_id('client/acme-corp'), process_type_id, version,
       state, confidence_threshold, plugin_name, input_schema, validation_rules, output_schema, schema_text, prompt_ids, 'platform'
FROM configurations
WHERE client_id IS NULL AND version = 1 AND created_by = 'platform'
ON CONFLICT DO NOTHING;

SELECT set_config('app.current_client_id', pg_temp.sample_id('client/globex')::text, true);

INSERT INTO clients (client_id, name, slug, status, subscription_tier, token_balance) VALUES
    (pg_temp.sample_id('client/globex'), 'Globex GmbH', 'globex', 'active', 'professional', 5000000)
ON CONFLICT DO NOTHING;

INSERT INTO users (user_id, client_id, email, password_hash, role, status, email_verified_at, is_demo)
SELECT pg_temp.sample_id('user/' || role || '@globex.com'), pg_temp.sample_id('client/globex'), role || '@globex.com',
       '$argon2id$v=19$m=65536,t=3,p=4$sNaa05pTKoUQgvB+D0EIoQ$uQ15ihxecT4CROIpMpOluP3ZU7hDfW3Wn77omuTY2bM', role, 'active', now(), true
FROM unnest(ARRAY['admin', 'operator', 'viewer']) AS role
ON CONFLICT DO NOTHING;

INSERT INTO configurations (config_id, client_id, process_type_id, version, state, confidence_threshold, plugin_name,
                            input_schema, validation_rules, output_schema, schema_text, prompt_ids, created_by)
SELECT pg_temp.sample_id('configuration/globex/' || process_type_id), pg_temp.sample_id('client/globex'), process_type_id, version,
       state, confidence_threshold, plugin_name, input_schema, validation_rules, output_schema, schema_text, prompt_ids, 'platform'
FROM configurations
WHERE client_id IS NULL AND version = 1 AND created_by = 'platform'
ON CONFLICT DO NOTHING;

SELECT set_config('app.current_client_id', pg_temp.sample_id('client/initech')::text, true);

INSERT INTO clients (client_id, name, slug, status, subscription_tier, token_balance) VALUES
    (pg_temp.sample_id('client/initech'), 'Initech LLC', 'initech', 'active', 'basic', 500000)
ON CONFLICT DO NOTHING;

INSERT INTO users (user_id, client_id, email, password_hash, role, status, email_verified_at, is_demo)
SELECT pg_temp.sample_id('user/' || role || '@initech.com'), pg_temp.sample_id('client/initech'), role || '@initech.com',
       '$argon2id$v=19$m=65536,t=3,p=4$sNaa05pTKoUQgvB+D0EIoQ$uQ15ihxecT4CROIpMpOluP3ZU7hDfW3Wn77omuTY2bM', role, 'active', now(), true
FROM unnest(ARRAY['admin', 'operator', 'viewer']) AS role
ON CONFLICT DO NOTHING;

INSERT INTO configurations (config_id, client_id, process_type_id, version, state, confidence_threshold, plugin_name,
                            input_schema, validation_rules, output_schema, schema_text, prompt_ids, created_by)
SELECT pg_temp.sample_id('configuration/initech/' || process_type_id), pg_temp.sample_id('client/initech'), process_type_id, version,
       state, confidence_threshold, plugin_name, input_schema, validation_rules, output_schema, schema_text, prompt_ids, 'platform'
FROM configurations
WHERE client_id IS NULL AND version = 1 AND created_by = 'platform'
ON CONFLICT DO NOTHING;

DROP FUNCTION pg_temp.sample_id(text);

COMMIT;
