CREATE TABLE type_words (
    client_id UUID NOT NULL,
    process_type_id VARCHAR(100) NOT NULL,
    documents INTEGER NOT NULL,
    counts SMALLINT[] NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_type_words PRIMARY KEY (client_id, process_type_id),
    CONSTRAINT fk_type_words_client_id FOREIGN KEY(client_id) REFERENCES clients (client_id),
    CONSTRAINT fk_type_words_process_type_id FOREIGN KEY(process_type_id) REFERENCES process_types (process_type_id)
);
CREATE TRIGGER update_type_words_updated_at BEFORE UPDATE ON type_words
    FOR EACH ROW EXECUTE FUNCTION update_updated_at_column();
