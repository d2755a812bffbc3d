-- How long the server itself was at work on an import: the hours in which a checked one waits for a person, and the
-- minutes in which it waits for another import, are not its own.
ALTER TABLE import_job ADD COLUMN worked_ms BIGINT NOT NULL DEFAULT 0
    CONSTRAINT import_job_worked_not_negative CHECK (worked_ms >= 0);
