-- What an authority outside says about the time of a checkpoint (docs/proof.md, RFC 3161). A row waits until the authority has
-- answered; then its answer stays as it came.
CREATE TABLE checkpoint_timestamp (
    n            BIGINT PRIMARY KEY CONSTRAINT checkpoint_timestamp_of REFERENCES checkpoint (n),
    state        TEXT NOT NULL DEFAULT 'waiting'
                 CONSTRAINT checkpoint_timestamp_state_known CHECK (state IN ('waiting', 'stamped')),
    attempts     INTEGER NOT NULL DEFAULT 0 CONSTRAINT checkpoint_timestamp_attempts_count CHECK (attempts >= 0),
    next_try_at  TIMESTAMPTZ NOT NULL,
    last_error   TEXT,
    reply        BYTEA,          -- TimeStampResp, DER
    stamped_at   TIMESTAMPTZ,    -- as the authority says
    authority    TEXT,           -- as its certificate names it
    asked_at     TIMESTAMPTZ NOT NULL,
    kept_at      TIMESTAMPTZ,
    CONSTRAINT checkpoint_timestamp_is_whole CHECK (
        (state = 'stamped') = (reply IS NOT NULL)
        AND (reply IS NULL) = (stamped_at IS NULL)
        AND (reply IS NULL) = (authority IS NULL)
        AND (reply IS NULL) = (kept_at IS NULL)
    )
);
-- those that wait are few
CREATE INDEX checkpoint_timestamp_waiting ON checkpoint_timestamp (n) WHERE state = 'waiting';

CREATE FUNCTION checkpoint_timestamp_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'stamped' THEN
        RAISE EXCEPTION 'a time stamp stays as it came' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER checkpoint_timestamp_stays BEFORE UPDATE OR DELETE ON checkpoint_timestamp
    FOR EACH ROW EXECUTE FUNCTION checkpoint_timestamp_stays();
