-- What processes were decided by, or may be by a share of them, must stay as it was. Only who may use it changes: state,
-- is_active and a canary's share, counted by revision.
CREATE OR REPLACE FUNCTION refuse_change_of_published() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    fixed constant text[] := ARRAY['shadow', 'canary', 'published', 'retired'];
    may_change constant text[] := ARRAY['state', 'is_active', 'updated_at', 'revision', 'canary_percent'];
BEGIN
    IF OLD.state <> ALL (fixed) THEN
        IF TG_OP = 'DELETE' THEN
            RETURN OLD;
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' THEN
        IF current_user = 'docflow_owner' THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'a published row of % cannot be deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> ALL (fixed) OR (OLD.state IN ('published', 'retired') AND NEW.state NOT IN ('published', 'retired'))
        OR to_jsonb(NEW) - may_change IS DISTINCT FROM to_jsonb(OLD) - may_change THEN
        RAISE EXCEPTION 'a published row of % cannot change', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$
