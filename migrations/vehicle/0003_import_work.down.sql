ALTER TABLE import_job DROP COLUMN worked_ms;
