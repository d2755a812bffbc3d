ALTER TABLE dealers DROP COLUMN papers;
