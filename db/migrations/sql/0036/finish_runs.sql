-- Finish claimed runs, many in one call; returns those that took effect. A run counts only while run, attempt and
-- claimer still match: a worker that was given up for dead, or whose process was cancelled, writes nothing.
-- Locks go process first, then run, each sorted by id, as everywhere; of a child that ends its parent is locked with it.
CREATE FUNCTION finish_runs(p_worker uuid, p_transitions jsonb)
RETURNS TABLE (run_id uuid, process_id uuid, version integer, next_run_id uuid)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    v_live jsonb;
BEGIN
    PERFORM FROM processes p
    WHERE p.process_id IN (
        SELECT t.process_id FROM jsonb_to_recordset(p_transitions) AS t (process_id uuid)
        UNION ALL
        SELECT t.ends_child_of FROM jsonb_to_recordset(p_transitions) AS t (ends_child_of uuid)
    )
    ORDER BY p.process_id FOR NO KEY UPDATE;

    PERFORM FROM stage_runs r
    WHERE r.run_id IN (
        SELECT (t.run ->> 'run_id')::uuid FROM jsonb_to_recordset(p_transitions) AS t (run jsonb)
    )
    ORDER BY r.run_id FOR NO KEY UPDATE;

    SELECT jsonb_agg(t.item) INTO v_live
    FROM jsonb_array_elements(p_transitions) AS t (item)
        JOIN stage_runs r ON r.run_id = (t.item #>> '{run,run_id}')::uuid
    WHERE r.status = 'claimed' AND r.claimed_by = p_worker
        AND r.attempt = (t.item #>> '{run,attempt}')::integer
        AND r.process_id = (t.item ->> 'process_id')::uuid AND r.client_id = (t.item ->> 'client_id')::uuid;
    IF v_live IS NULL THEN
        RETURN;
    END IF;

    RETURN QUERY
    SELECT (t.run ->> 'run_id')::uuid, w.process_id, w.version, w.next_run_id
    FROM write_transitions(v_live) w
        JOIN jsonb_to_recordset(v_live) AS t (process_id uuid, run jsonb) ON t.process_id = w.process_id;
END
$$
