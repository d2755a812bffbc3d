DROP TABLE proof_key;
ALTER TABLE lot_log DROP COLUMN status, DROP COLUMN salt, DROP COLUMN row_hash;
ALTER TABLE lot DROP COLUMN terms_text, DROP COLUMN chain_head;
