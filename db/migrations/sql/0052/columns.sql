ALTER TABLE reviews ADD COLUMN sample_share NUMERIC(5, 4);
ALTER TABLE reviews ADD CONSTRAINT ck_reviews_sample_share_share CHECK (sample_share BETWEEN 0 AND 1);
CREATE UNIQUE INDEX uq_reviews_sample ON reviews (client_id, process_id) WHERE is_blind_sample;
CREATE INDEX ix_reviews_lease ON reviews (lease_until) WHERE status = 'open' AND claimed_by IS NOT NULL;

ALTER TABLE field_corrections ADD COLUMN review_id UUID;

ALTER TABLE configurations ADD COLUMN review_sample_share NUMERIC(5, 4) DEFAULT 0.03 NOT NULL;
ALTER TABLE configurations ADD CONSTRAINT ck_configurations_review_sample_share_share
    CHECK (review_sample_share BETWEEN 0 AND 1);
