-- The witnesses who are asked over the network (docs/proof.md): what each signed last, as far as we know, and when he is asked again.
-- His lines are in checkpoint_cosignature.
CREATE TABLE checkpoint_witness (
    witness      TEXT PRIMARY KEY,               -- name+id+base64
    seen_size    BIGINT NOT NULL DEFAULT 0 CONSTRAINT checkpoint_witness_size_counts CHECK (seen_size >= 0),
    attempts     INTEGER NOT NULL DEFAULT 0 CONSTRAINT checkpoint_witness_attempts_count CHECK (attempts >= 0),
    next_try_at  TIMESTAMPTZ NOT NULL,
    last_error   TEXT
);
