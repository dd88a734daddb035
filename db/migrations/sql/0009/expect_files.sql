-- Before the files of a process that does not exist yet are stored: whether the client's process type takes documents
-- (NULL = there is no such type), and, where it does, the plan to remove the files should the process never come.
-- It binds the client and works with the caller's own rights, so row-level security holds: one round trip, one commit.
CREATE FUNCTION expect_files(
    p_client_id uuid, p_process_type_id text, p_removal_id uuid, p_process_id uuid, p_prefix text, p_due timestamptz
) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
AS $$
DECLARE
    v_is_active boolean;
BEGIN
    PERFORM set_config('app.current_client_id', p_client_id::text, true);
    SELECT t.is_active INTO v_is_active
    FROM public.process_types t
    WHERE t.process_type_id = p_process_type_id AND (t.client_id = p_client_id OR t.client_id IS NULL);
    IF v_is_active THEN
        INSERT INTO public.file_removals (removal_id, client_id, process_id, prefix, available_at, last_at)
        VALUES (p_removal_id, p_client_id, p_process_id, p_prefix, p_due, p_due);
    END IF;
    RETURN v_is_active;
END
$$
