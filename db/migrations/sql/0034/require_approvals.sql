-- Ask for more than one approval of reviews that were opened in this transaction: [{client_id, review_id, approvals}].
CREATE FUNCTION require_approvals(p_reviews jsonb)
RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    UPDATE reviews r SET approvals_required = given.approvals
    FROM jsonb_to_recordset(p_reviews) AS given (client_id uuid, review_id uuid, approvals integer)
    WHERE r.client_id = given.client_id AND r.review_id = given.review_id AND r.status = 'open'
$$
