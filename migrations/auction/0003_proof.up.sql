-- What proves the log (docs/proof.md). `terms_text` is what the lot's chain begins with; `chain_head` is the hash of its
-- newest accepted line, NULL where there is none. A lot that had bids before there was a chain has no terms text, and
-- stays without one: a proof made up afterwards would prove nothing.
ALTER TABLE lot
    ADD COLUMN terms_text TEXT NOT NULL DEFAULT '',
    ADD COLUMN chain_head BYTEA CONSTRAINT lot_chain_head_is_a_hash CHECK (length(chain_head) = 32);
UPDATE lot SET terms_text = (state -> 'terms')::text WHERE seq = 0;

ALTER TABLE lot_log
    ADD COLUMN status TEXT,                 -- of the lot after the command
    ADD COLUMN salt UUID,                   -- of the secret that the line commits to
    ADD COLUMN row_hash BYTEA CONSTRAINT lot_log_hash_is_a_hash CHECK (length(row_hash) = 32);

-- Every key that ever signed, so that old receipts can be checked.
CREATE TABLE proof_key (
    id          TEXT PRIMARY KEY,
    public_key  TEXT NOT NULL,              -- base64
    first_at    TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp()
);
