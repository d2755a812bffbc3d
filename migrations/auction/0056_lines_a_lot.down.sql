ALTER TABLE lot_log ALTER COLUMN lot_id RESET (n_distinct);
