ALTER TABLE sale_template DROP COLUMN ladder;
