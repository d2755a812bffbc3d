DROP TABLE proof_key, lot_genesis;
ALTER TABLE lot_log DROP COLUMN status, DROP COLUMN salt, DROP COLUMN row_hash;
ALTER TABLE lot DROP COLUMN chain_head;
