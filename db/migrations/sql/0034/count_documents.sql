-- Make completed documents part of their vendors' history; called in the transaction that completes their processes.
-- Each of `p_documents` is {client_id, process_id, document_id, seller, seller_key, vat_id, number, number_key,
-- issued_on, total, currency, is_credit, accounts}. One that was counted before is left as it is.
--
-- A vendor is found by its VAT number; else by its name, where at most one side has a VAT number.
-- Sorted, so that two callers lock vendors in one order.
CREATE FUNCTION count_documents(p_documents jsonb)
RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    v_now timestamptz := clock_timestamp();
    v_given record;
    v_vendor uuid;
    v_count integer := 0;
BEGIN
    FOR v_given IN
        SELECT g.* FROM jsonb_to_recordset(p_documents) AS g (
            client_id uuid, process_id uuid, document_id uuid, seller text, seller_key text, vat_id text, number text,
            number_key text, issued_on date, total numeric, currency text, is_credit boolean, accounts text[]
        )
            JOIN documents d ON d.client_id = g.client_id AND d.document_id = g.document_id
                AND d.process_id = g.process_id
        WHERE g.seller_key <> ''
        ORDER BY g.client_id, g.seller_key, g.document_id
    LOOP
        INSERT INTO document_marks AS m (
            client_id, document_id, process_id, seller, seller_key, vat_id, number, number_key, issued_on, total,
            currency, is_credit, accounts
        )
        VALUES (
            v_given.client_id, v_given.document_id, v_given.process_id, v_given.seller, v_given.seller_key,
            v_given.vat_id, v_given.number, v_given.number_key, v_given.issued_on, v_given.total, v_given.currency,
            v_given.is_credit, v_given.accounts
        )
        ON CONFLICT (client_id, document_id) DO UPDATE SET
            seller = excluded.seller, seller_key = excluded.seller_key, vat_id = excluded.vat_id,
            number = excluded.number, number_key = excluded.number_key, issued_on = excluded.issued_on,
            total = excluded.total, currency = excluded.currency, is_credit = excluded.is_credit,
            accounts = excluded.accounts
        WHERE m.counted_at IS NULL;
        CONTINUE WHEN NOT FOUND;

        SELECT v.vendor_id INTO v_vendor FROM vendors v
        WHERE v.client_id = v_given.client_id AND v.vat_id = v_given.vat_id
        ORDER BY v.created_at, v.vendor_id LIMIT 1;
        IF v_vendor IS NULL THEN
            SELECT v.vendor_id INTO v_vendor FROM vendors v
            WHERE v.client_id = v_given.client_id AND v.name_key = v_given.seller_key
                AND (v.vat_id IS NULL OR v_given.vat_id IS NULL)
            ORDER BY v.vat_id NULLS LAST, v.created_at, v.vendor_id LIMIT 1;
            UPDATE vendors v SET vat_id = v_given.vat_id
            WHERE v.vendor_id = v_vendor AND v.vat_id IS NULL AND v_given.vat_id IS NOT NULL;
        END IF;
        IF v_vendor IS NULL THEN
            INSERT INTO vendors (vendor_id, client_id, name, name_key, vat_id)
            VALUES (new_time_id(), v_given.client_id, v_given.seller, v_given.seller_key, v_given.vat_id)
            ON CONFLICT (client_id, name_key, vat_id) DO UPDATE SET name = excluded.name
            RETURNING vendor_id INTO v_vendor;
        END IF;

        UPDATE document_marks m SET vendor_id = v_vendor, counted_at = v_now
        WHERE m.client_id = v_given.client_id AND m.document_id = v_given.document_id;
        INSERT INTO vendor_accounts AS a (client_id, vendor_id, account, first_seen_at, last_seen_at)
        SELECT DISTINCT v_given.client_id, v_vendor, u.account, v_now, v_now
        FROM unnest(v_given.accounts) AS u (account) ORDER BY u.account
        ON CONFLICT (client_id, vendor_id, account) DO UPDATE SET
            first_seen_at = coalesce(a.first_seen_at, v_now), last_seen_at = v_now;
        v_count := v_count + 1;
    END LOOP;
    RETURN v_count;
END
$$
