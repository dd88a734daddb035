CREATE INDEX ix_documents_name_grams ON documents USING gin (search_grams(client_id, name_key));
CREATE INDEX ix_processes_external_grams ON processes USING gin (search_grams(client_id, external_key))
    WHERE external_key IS NOT NULL;
ANALYZE documents;
ANALYZE processes
