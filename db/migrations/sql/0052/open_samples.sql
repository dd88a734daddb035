-- Show completed processes to a person afterwards: [{client_id, process_id, review_id, stage, share}], called in the
-- transaction that completes them. One that a person has seen, or that was sampled before, is left out.
CREATE FUNCTION open_samples(p_samples jsonb)
RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET jit = off
AS $$
DECLARE
    v_count integer;
BEGIN
    INSERT INTO reviews (review_id, client_id, process_id, stage, is_blind_sample, sample_share)
    SELECT s.review_id, s.client_id, s.process_id, s.stage, true, s.share
    FROM jsonb_to_recordset(p_samples) AS s (
        client_id uuid, process_id uuid, review_id uuid, stage text, share numeric
    )
        JOIN processes p ON p.client_id = s.client_id AND p.process_id = s.process_id
    WHERE p.status = 'completed' AND p.reviewed_at IS NULL
        AND NOT EXISTS (
            SELECT FROM reviews r WHERE r.client_id = s.client_id AND r.process_id = s.process_id
        )
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS v_count = ROW_COUNT;
    RETURN v_count;
END
$$
