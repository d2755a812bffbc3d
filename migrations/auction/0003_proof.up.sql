-- What proves the log (docs/proof.md). `chain_head` is the hash of the lot's newest accepted line, NULL where there is none.
ALTER TABLE lot ADD COLUMN chain_head BYTEA CONSTRAINT lot_chain_head_is_a_hash CHECK (length(chain_head) = 32);

-- What a lot's chain begins with: beside the lot, whose row is written with every batch. A lot that had bids before there
-- was a chain is not here, and stays without one: a proof made up afterwards would prove nothing.
CREATE TABLE lot_genesis (
    lot_id      UUID PRIMARY KEY REFERENCES lot (id),
    terms_text  TEXT NOT NULL
);
INSERT INTO lot_genesis (lot_id, terms_text) SELECT id, (state -> 'terms')::text FROM lot WHERE seq = 0;

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
