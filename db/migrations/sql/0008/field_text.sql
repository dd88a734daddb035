-- The text under which a field's value is found: numbers and decimals without zeros at their end, so that 119.00 and
-- 119 are one value; other text as it stands, cut to what an index takes. NULL for what is no single value.
CREATE FUNCTION field_text(p_value jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT CASE
        WHEN jsonb_typeof(p_value) NOT IN ('string', 'number', 'boolean') THEN NULL
        WHEN p_value #>> '{}' ~ '^-?(0|[1-9][0-9]{0,29})(\.[0-9]{1,30})?$'
            THEN trim_scale((p_value #>> '{}')::numeric)::text
        ELSE left(p_value #>> '{}', 255)
    END
$$
