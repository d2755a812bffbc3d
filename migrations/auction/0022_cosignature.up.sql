-- What witnesses outside have signed: that a checkpoint continues the one that each of them saw before (docs/proof.md). The line
-- is a witness's own; we only hand it on.
CREATE TABLE checkpoint_cosignature (
    n          BIGINT NOT NULL CONSTRAINT checkpoint_cosignature_of REFERENCES checkpoint (n),
    witness    TEXT NOT NULL,                -- name+id+base64
    note       TEXT NOT NULL,                -- the checkpoint with that line
    signed_at  TIMESTAMPTZ NOT NULL,         -- as the witness says
    kept_at    TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (n, witness)
);
CREATE TRIGGER checkpoint_cosignature_append_only BEFORE UPDATE OR DELETE ON checkpoint_cosignature
    FOR EACH STATEMENT EXECUTE FUNCTION checkpoint_is_append_only();
