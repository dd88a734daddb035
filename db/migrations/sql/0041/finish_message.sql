-- End a try: delivered or failed for good, or (p_retry_in_s) due again. What became of it shows on the channel, a test's
-- too. False when another sender has the message.
CREATE FUNCTION finish_message(
    p_message_id uuid, p_attempt integer, p_state text, p_retry_in_s double precision, p_counts boolean, p_error_code text
) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET jit = off
AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
    v_client uuid;
    v_channel uuid;
BEGIN
    UPDATE notification_messages m
    SET state = p_state, failures = m.failures + p_counts::integer, error_code = p_error_code,
        available_at = CASE WHEN p_state = 'pending' THEN v_now + make_interval(secs => coalesce(p_retry_in_s, 0))
            ELSE m.available_at END,
        finished_at = CASE WHEN p_state = 'pending' THEN NULL ELSE v_now END
    WHERE m.message_id = p_message_id AND m.attempt = p_attempt AND m.state = 'pending'
    RETURNING m.client_id, m.channel_id INTO v_client, v_channel;
    IF v_channel IS NULL THEN
        RETURN false;
    END IF;
    IF p_state = 'delivered' THEN
        UPDATE notification_channels c
        SET failing_since = NULL, last_error_code = NULL, last_delivered_at = v_now
        WHERE c.client_id = v_client AND c.channel_id = v_channel;
    ELSIF p_error_code IS NOT NULL THEN
        UPDATE notification_channels c
        SET failing_since = coalesce(c.failing_since, v_now), last_error_code = p_error_code
        WHERE c.client_id = v_client AND c.channel_id = v_channel;
    END IF;
    RETURN true;
END
$$
