-- A bid is voided by two persons: one asks with a reason, another confirms or declines. What comes of it is a line of the
-- lot's log under the key of this row.
CREATE TABLE bid_void (
    id                 UUID PRIMARY KEY,               -- made by who asks; a repeat changes nothing
    lot_id             UUID NOT NULL REFERENCES lot (id),
    bid_seq            BIGINT NOT NULL,
    reason             TEXT NOT NULL CONSTRAINT bid_void_reason_known
        CHECK (reason IN ('WRONG_AMOUNT', 'BIDDER_BARRED', 'COLLUSION', 'SYSTEM_FAULT')),
    note               TEXT NOT NULL CONSTRAINT bid_void_note_given CHECK (note <> '' AND char_length(note) <= 500),
    requested_by       UUID NOT NULL,
    requested_by_name  TEXT NOT NULL,
    requested_at       TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    decision           TEXT CONSTRAINT bid_void_decision_known CHECK (decision IN ('confirmed', 'declined')),
    decided_by         UUID,
    decided_by_name    TEXT,
    decided_at         TIMESTAMPTZ,
    CONSTRAINT bid_void_decided_at_once CHECK (
        (decision IS NULL) = (decided_by IS NULL)
        AND (decision IS NULL) = (decided_by_name IS NULL)
        AND (decision IS NULL) = (decided_at IS NULL)),
    CONSTRAINT bid_void_by_two CHECK (decision <> 'confirmed' OR decided_by <> requested_by)
);
-- Also finds what a lot's page shows.
CREATE UNIQUE INDEX bid_void_asked_once ON bid_void (lot_id, bid_seq) WHERE decision IS DISTINCT FROM 'declined';
CREATE INDEX bid_void_by_lot ON bid_void (lot_id, requested_at);

-- The voids of a lot: each reader of bids asks whether one of them is void.
CREATE INDEX lot_log_voids ON lot_log (lot_id) WHERE command = 'void_bid';
CREATE FUNCTION bid_is_void(of_lot UUID, bid_seq BIGINT) RETURNS BOOLEAN LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM lot_log v
         WHERE v.lot_id = of_lot AND v.command = 'void_bid' AND v.seq IS NOT NULL
           AND (v.events::jsonb -> 0 ->> 'bid_seq')::bigint = bid_seq)
$$;
