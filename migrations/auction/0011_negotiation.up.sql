-- After the hammer (议价). A lot that closes with a bid below its reserve gets a negotiation with its high bidder; where
-- that fails, at most one offer to the next bidder. `state` is the fold at `seq`; the columns beside it are what lists
-- and the sweeper ask for, written with it in the same statement.
CREATE TABLE negotiation (
    id                UUID PRIMARY KEY,              -- derived from lot and kind: opening it twice makes one
    lot_id            UUID NOT NULL REFERENCES lot (id),
    kind              TEXT NOT NULL CONSTRAINT negotiation_kind_known CHECK (kind IN ('high_bidder', 'second_chance')),
    buyer_dealer_id   UUID NOT NULL,
    status            TEXT NOT NULL CONSTRAINT negotiation_status_known
                      CHECK (status IN ('open', 'agreed', 'declined', 'walked_away', 'expired')),
    seq               BIGINT NOT NULL DEFAULT 0 CONSTRAINT negotiation_seq_counts CHECK (seq >= 0),
    state             JSONB NOT NULL,
    turn              TEXT CONSTRAINT negotiation_turn_known CHECK (turn IN ('buyer', 'seller')),
    turn_since        TIMESTAMPTZ NOT NULL,
    deadline_at       TIMESTAMPTZ NOT NULL,
    price_fen         BIGINT CONSTRAINT negotiation_price_positive CHECK (price_fen > 0),
    -- whether the next bidder is offered the car when this comes to nothing
    then_next_bidder  BOOLEAN NOT NULL DEFAULT false,
    opened_at         TIMESTAMPTZ NOT NULL,
    ended_at          TIMESTAMPTZ,
    -- when the lot knew of the end: until then the sweeper tries again
    settled_at        TIMESTAMPTZ,
    CONSTRAINT negotiation_once_a_lot_and_kind UNIQUE (lot_id, kind),
    CONSTRAINT negotiation_open_has_turn CHECK ((status = 'open') = (turn IS NOT NULL)),
    CONSTRAINT negotiation_over_has_end CHECK ((status = 'open') = (ended_at IS NULL)),
    CONSTRAINT negotiation_agreed_has_price CHECK ((status = 'agreed') = (price_fen IS NOT NULL)),
    CONSTRAINT negotiation_settled_after_end CHECK (settled_at IS NULL OR ended_at IS NOT NULL)
);
-- One car is negotiated with one buyer at a time.
CREATE UNIQUE INDEX negotiation_one_open_a_lot ON negotiation (lot_id) WHERE status = 'open';
-- The sweeper's questions.
CREATE INDEX negotiation_due ON negotiation (deadline_at) WHERE status = 'open';
CREATE INDEX negotiation_unsettled ON negotiation (ended_at) WHERE status <> 'open' AND settled_at IS NULL;
CREATE INDEX lot_provisional ON lot (id) WHERE outcome = 'provisional';
-- A dealer's own list.
CREATE INDEX negotiation_by_buyer ON negotiation (buyer_dealer_id, opened_at DESC);

-- Every command that reached a negotiation, accepted (with its seq) or refused, with its answer. Append-only.
CREATE TABLE negotiation_log (
    negotiation_id  UUID NOT NULL REFERENCES negotiation (id),
    seq             BIGINT,                    -- NULL: refused, or no move
    key             UUID NOT NULL,             -- made by the sender; a repeat gets the recorded answer
    actor           UUID NOT NULL,             -- the buying entity; for staff and system the nil UUID
    side            TEXT CONSTRAINT negotiation_log_side_known CHECK (side IN ('buyer', 'seller')), -- NULL: the system
    user_id         UUID,
    user_name       TEXT NOT NULL,
    command         TEXT NOT NULL,
    amount_fen      BIGINT,                    -- of a secret limit: shown to its own side only
    code            TEXT,                      -- the refusal
    data            JSONB NOT NULL,            -- the events, or what explains the refusal
    status          TEXT NOT NULL,             -- of the negotiation after the command
    at              TIMESTAMPTZ NOT NULL,
    written_at      TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT negotiation_log_key_once UNIQUE (negotiation_id, actor, key),
    CONSTRAINT negotiation_log_seq_once UNIQUE (negotiation_id, seq),
    CONSTRAINT negotiation_log_refused_has_no_seq CHECK (code IS NULL OR seq IS NULL)
);

CREATE FUNCTION negotiation_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'negotiation_log is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER negotiation_log_append_only BEFORE UPDATE OR DELETE ON negotiation_log
    FOR EACH STATEMENT EXECUTE FUNCTION negotiation_log_is_append_only();
