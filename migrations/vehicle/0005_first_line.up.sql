-- Whether a file's first line names its columns, or is a car like the others.
ALTER TABLE import_job ADD COLUMN first_line TEXT NOT NULL DEFAULT 'names'
    CONSTRAINT import_job_first_line_known CHECK (first_line IN ('names', 'data'));
ALTER TABLE import_source ADD COLUMN first_line TEXT NOT NULL DEFAULT 'names'
    CONSTRAINT import_source_first_line_known CHECK (first_line IN ('names', 'data'));
