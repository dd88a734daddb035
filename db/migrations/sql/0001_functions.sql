CREATE FUNCTION update_updated_at_column() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$$;

CREATE FUNCTION refuse_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

-- What processes were decided by must stay as it was. Only who may use it changes: state and is_active.
CREATE FUNCTION refuse_change_of_published() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    may_change constant text[] := ARRAY['state', 'is_active', 'updated_at'];
BEGIN
    IF OLD.state NOT IN ('published', 'retired') THEN
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
    IF NEW.state NOT IN ('published', 'retired') OR to_jsonb(NEW) - may_change IS DISTINCT FROM to_jsonb(OLD) - may_change THEN
        RAISE EXCEPTION 'a published row of % cannot change', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;

-- Months from last month to `months_ahead` from now. Rows of a month that had none yet wait in audit_logs_other;
-- such a month stays there.
CREATE FUNCTION ensure_audit_partitions(months_ahead integer DEFAULT 3) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
    month timestamptz;
    name text;
    made integer := 0;
    occupied boolean;
BEGIN
    IF months_ahead NOT BETWEEN 0 AND 120 THEN
        RAISE EXCEPTION 'months_ahead must be between 0 and 120' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('ensure_audit_partitions'));
    FOR month IN
        SELECT generate_series(date_trunc('month', now()) - interval '1 month',
                               date_trunc('month', now()) + make_interval(months => months_ahead), interval '1 month')
    LOOP
        name := 'audit_logs_' || to_char(month, '"y"YYYY"m"MM');
        CONTINUE WHEN to_regclass('public.' || name) IS NOT NULL;
        SELECT EXISTS (SELECT FROM public.audit_logs_other o
                       WHERE o.timestamp >= month AND o.timestamp < month + interval '1 month') INTO occupied;
        CONTINUE WHEN occupied;
        EXECUTE format('CREATE TABLE public.%I PARTITION OF public.audit_logs FOR VALUES FROM (%L) TO (%L)',
                       name, month, month + interval '1 month');
        PERFORM public.protect_audit_partition(name);
        made := made + 1;
    END LOOP;
    RETURN made;
END
$$;

-- Nobody reads or writes a partition but through audit_logs, where the policies are.
CREATE FUNCTION protect_audit_partition(name text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.%I '
                   'FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()', name);
END
$$;

-- At sign-in nobody knows the client yet. One row or none.
CREATE FUNCTION find_login(p_email text)
RETURNS TABLE (user_id uuid, client_id uuid, email text, password_hash text, role text, status text, client_status text,
               totp_secret bytea)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT u.user_id, u.client_id, u.email, u.password_hash, u.role, u.status, c.status,
           u.totp_secret
    FROM public.users u LEFT JOIN public.clients c ON c.client_id = u.client_id
    WHERE u.email = lower(p_email)
$$;

-- How the holder of an access token stands at this moment: a platform administrator too, whom no policy shows.
CREATE FUNCTION find_standing(p_user_id uuid, p_family_id uuid)
RETURNS TABLE (client_id uuid, role text, user_status text, client_status text, is_open boolean)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT u.client_id, u.role, u.status, c.status,
           EXISTS (
               SELECT FROM public.refresh_sessions s
               WHERE s.family_id = p_family_id AND s.user_id = u.user_id AND s.revoked_at IS NULL
           )
    FROM public.users u LEFT JOIN public.clients c ON c.client_id = u.client_id
    WHERE u.user_id = p_user_id
$$;

-- Each code of a second factor counts once: true for the first use of a step later than all used before.
CREATE FUNCTION use_totp_step(p_user_id uuid, p_step bigint)
RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
    WITH used AS (
        UPDATE public.users u SET totp_last_step = p_step
        WHERE u.user_id = p_user_id AND (u.totp_last_step IS NULL OR u.totp_last_step < p_step)
        RETURNING 1
    )
    SELECT EXISTS (SELECT FROM used)
$$;

CREATE FUNCTION find_api_key(p_prefix text)
RETURNS TABLE (api_key_id uuid, client_id uuid, name text, secret_hash bytea, scopes text[], rate_limit_per_minute integer,
               expires_at timestamptz, revoked_at timestamptz, client_status text)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT k.api_key_id, k.client_id, k.name, k.secret_hash, k.scopes, k.rate_limit_per_minute,
           k.expires_at, k.revoked_at, c.status
    FROM public.api_keys k JOIN public.clients c ON c.client_id = k.client_id
    WHERE k.prefix = p_prefix
$$;
