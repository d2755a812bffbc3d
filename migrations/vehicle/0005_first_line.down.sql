ALTER TABLE import_source DROP COLUMN first_line;
ALTER TABLE import_job DROP COLUMN first_line;
