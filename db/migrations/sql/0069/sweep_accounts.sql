-- Retention of what came by mail: tokens thirty days after they ended, letters that nobody could send. And of sessions: a token
-- that has expired opens nothing, and with it go the address and the program that it was used from. Of a session that was
-- ended every row says so, so the rows that are left keep it shut.
CREATE FUNCTION sweep_accounts() RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    v_tokens integer;
    v_mails integer;
    v_sessions integer;
BEGIN
    DELETE FROM account_tokens WHERE token_id IN (
        SELECT t.token_id FROM account_tokens t WHERE t.expires_at < now() - interval '30 days' LIMIT 5000
    );
    GET DIAGNOSTICS v_tokens = ROW_COUNT;
    DELETE FROM mails WHERE mail_id IN (
        SELECT m.mail_id FROM mails m WHERE m.created_at < now() - interval '7 days' LIMIT 5000
    );
    GET DIAGNOSTICS v_mails = ROW_COUNT;
    DELETE FROM refresh_sessions WHERE session_id IN (
        SELECT s.session_id FROM refresh_sessions s WHERE s.expires_at < now() - interval '1 day' LIMIT 20000
    );
    GET DIAGNOSTICS v_sessions = ROW_COUNT;
    RETURN jsonb_build_object('account_tokens', v_tokens, 'mails', v_mails, 'refresh_sessions', v_sessions);
END
$$
