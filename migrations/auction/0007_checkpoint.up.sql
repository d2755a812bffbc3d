-- The tree over all lots (docs/proof.md): every day the heads of the lots' chains and the refused lines become its leaves,
-- and what it is then is signed. Leaves, parts and checkpoints are written once and stay.
CREATE TABLE checkpoint_log (
    one     BOOLEAN PRIMARY KEY DEFAULT true CONSTRAINT checkpoint_log_is_one_row CHECK (one),
    origin  TEXT NOT NULL CONSTRAINT checkpoint_log_origin_is_a_name CHECK (origin <> '' AND origin !~ '[\s+]'),
    size    BIGINT NOT NULL DEFAULT 0 CONSTRAINT checkpoint_log_size_counts CHECK (size >= 0)
);
-- a name that is this log's alone, whatever address or key it has over the years
INSERT INTO checkpoint_log (origin) VALUES ('luochui/' || gen_random_uuid());

CREATE TABLE checkpoint_leaf (
    n         BIGINT PRIMARY KEY CONSTRAINT checkpoint_leaf_counts CHECK (n >= 0),
    lot_id    UUID NOT NULL,
    seq       BIGINT,   -- a head's number
    actor     UUID,     -- of a refused line, with its key
    key       UUID,
    row_hash  BYTEA NOT NULL CONSTRAINT checkpoint_leaf_hash_is_a_hash CHECK (length(row_hash) = 32),
    CONSTRAINT checkpoint_leaf_hash_once UNIQUE (row_hash),
    CONSTRAINT checkpoint_leaf_head_once UNIQUE (lot_id, seq),
    CONSTRAINT checkpoint_leaf_is_head_or_refusal
        CHECK ((seq IS NULL) = (key IS NOT NULL) AND (actor IS NULL) = (key IS NULL))
);

-- The complete parts of the tree: 2^level leaves each, `at` counts those of a level.
CREATE TABLE checkpoint_part (
    level     SMALLINT NOT NULL CONSTRAINT checkpoint_part_level_sane CHECK (level BETWEEN 0 AND 62),
    at        BIGINT NOT NULL CONSTRAINT checkpoint_part_counts CHECK (at >= 0),
    hash      BYTEA NOT NULL CONSTRAINT checkpoint_part_hash_is_a_hash CHECK (length(hash) = 32),
    PRIMARY KEY (level, at)
);

CREATE TABLE checkpoint (
    n         BIGINT PRIMARY KEY CONSTRAINT checkpoint_counts CHECK (n > 0),
    day       DATE,     -- the day (UTC) it was due on; NULL: somebody asked for it
    size      BIGINT NOT NULL CONSTRAINT checkpoint_size_counts CHECK (size > 0),
    root      BYTEA NOT NULL CONSTRAINT checkpoint_root_is_a_hash CHECK (length(root) = 32),
    note      TEXT NOT NULL,
    made_at   TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT checkpoint_day_once UNIQUE (day)
);

CREATE FUNCTION checkpoint_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER checkpoint_leaf_append_only BEFORE UPDATE OR DELETE ON checkpoint_leaf
    FOR EACH STATEMENT EXECUTE FUNCTION checkpoint_is_append_only();
CREATE TRIGGER checkpoint_part_append_only BEFORE UPDATE OR DELETE ON checkpoint_part
    FOR EACH STATEMENT EXECUTE FUNCTION checkpoint_is_append_only();
CREATE TRIGGER checkpoint_append_only BEFORE UPDATE OR DELETE ON checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION checkpoint_is_append_only();

-- The refused lines since the last checkpoint. A range index costs a bid next to nothing: lines come in the order of time.
CREATE INDEX lot_log_by_time ON lot_log USING brin (written_at);
-- The outages in a lot's log; no bid is in it.
CREATE INDEX lot_log_incidents ON lot_log (lot_id, seq) WHERE command = 'extend_by_system';
