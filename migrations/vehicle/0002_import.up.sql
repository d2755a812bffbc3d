-- Imports: what each source's files look like, each import as a job that survives a restart, what was read but not
-- yet applied, and what was found wrong, by line.

CREATE TABLE import_source (
    name       TEXT PRIMARY KEY CONSTRAINT import_source_name_form CHECK (name ~ '^[a-z0-9][a-z0-9_.-]{0,39}$'),
    encoding   TEXT NOT NULL,
    delimiter  TEXT NOT NULL,
    -- Columns, units of mileage and money, and how prices are made: see `Mapping`.
    mapping    JSONB NOT NULL,
    updated_by TEXT NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE import_job (
    id              UUID PRIMARY KEY,
    source          TEXT NOT NULL,
    file_name       TEXT NOT NULL,
    file_path       TEXT NOT NULL,
    -- An uploaded file is ours to remove when the job has ended; a file named on the command line is not.
    file_owned      BOOLEAN NOT NULL,
    file_bytes      BIGINT NOT NULL,
    encoding        TEXT NOT NULL,
    delimiter       TEXT NOT NULL,
    header          JSONB NOT NULL,
    sample          JSONB NOT NULL,
    mapping         JSONB NOT NULL,
    -- uploaded → checking → checked → applying → done; failed and discarded are ends, failed can be started again.
    status          TEXT NOT NULL CONSTRAINT import_job_status_known
                    CHECK (status IN ('uploaded', 'checking', 'checked', 'applying', 'done', 'failed', 'discarded')),
    -- Goes straight from checking to applying, without a person in between.
    apply_at_once   BOOLEAN NOT NULL DEFAULT FALSE,
    -- The process at work on it, and until when it may be believed to be alive.
    lease_by        UUID,
    lease_until     TIMESTAMPTZ,
    failure_code    TEXT,
    failure_data    JSONB,
    bytes_read      BIGINT NOT NULL DEFAULT 0,
    rows_read       BIGINT NOT NULL DEFAULT 0,
    rows_good       BIGINT NOT NULL DEFAULT 0,
    rows_repeated   BIGINT NOT NULL DEFAULT 0,
    rows_rejected   BIGINT NOT NULL DEFAULT 0,
    rows_warned     BIGINT NOT NULL DEFAULT 0,
    rows_applied    BIGINT NOT NULL DEFAULT 0,
    rows_new        BIGINT NOT NULL DEFAULT 0,
    rows_changed    BIGINT NOT NULL DEFAULT 0,
    rows_unchanged  BIGINT NOT NULL DEFAULT 0,
    rows_priced     BIGINT NOT NULL DEFAULT 0,
    who_id          UUID,
    who_name        TEXT NOT NULL,
    created_at      TIMESTAMPTZ NOT NULL,
    started_at      TIMESTAMPTZ,
    ended_at        TIMESTAMPTZ,
    CONSTRAINT import_job_failure_has_code CHECK ((status = 'failed') = (failure_code IS NOT NULL))
);
CREATE INDEX import_job_newest ON import_job (created_at DESC);
-- The worker's question: what is there to do?
CREATE INDEX import_job_runnable ON import_job (created_at) WHERE status IN ('checking', 'applying');

-- Rows that passed the check. UNLOGGED: after a crash of the database it is empty, the counts of the job disagree,
-- and the file is read again; twice the speed is worth that.
CREATE UNLOGGED TABLE import_row (
    job_id      UUID NOT NULL,
    line        BIGINT NOT NULL,
    -- `vin:…`, or `ref:…` where there is no VIN.
    identity    TEXT NOT NULL,
    external_id TEXT,
    row_hash    TEXT NOT NULL,
    facts       JSONB NOT NULL,
    price       JSONB,
    -- The line as it stood in the file: it may still be refused when it meets the cars that are there.
    cells       JSONB NOT NULL,
    PRIMARY KEY (job_id, line),
    CONSTRAINT import_row_identity_key UNIQUE (job_id, identity),
    CONSTRAINT import_row_external_key UNIQUE (job_id, external_id)
);

CREATE TABLE import_finding (
    job_id      UUID NOT NULL REFERENCES import_job (id),
    line        BIGINT NOT NULL,
    code        TEXT NOT NULL,
    -- A rejected line is not imported; a warned one is.
    severity    TEXT NOT NULL CONSTRAINT import_finding_severity_known CHECK (severity IN ('rejected', 'warning')),
    detail      TEXT NOT NULL,
    -- The line's columns as they stood in the file, for rejected lines.
    cells       JSONB,
    PRIMARY KEY (job_id, line, code)
);
CREATE INDEX import_finding_by_code ON import_finding (job_id, severity, code);
