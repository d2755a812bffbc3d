-- Buying power (保证金额度): what a dealer may hold, and what his leads hold of it (domain rules §5). What one lot holds
-- stands in the lot's row, which a change of the lead writes anyway.
CREATE TABLE buying_power (
    dealer_id    UUID PRIMARY KEY,
    heard_seq    BIGINT NOT NULL,             -- aggregate_seq of the deposit's newest news; older news is ignored
    deposit_fen  BIGINT NOT NULL CONSTRAINT buying_power_deposit_is_money CHECK (deposit_fen >= 0),
    -- the deposit, or for as long as more than that is held, what is held: a smaller deposit waits for the holds
    limit_fen    BIGINT NOT NULL,
    held_fen     BIGINT NOT NULL DEFAULT 0 CONSTRAINT buying_power_held_is_money CHECK (held_fen >= 0),
    frozen       BOOLEAN NOT NULL DEFAULT false,
    revision     BIGINT NOT NULL DEFAULT 0,   -- counts writes, so that two readers know whose news is newer
    CONSTRAINT buying_power_covers_holds CHECK (held_fen <= limit_fen),
    CONSTRAINT buying_power_limit_from_deposit CHECK (limit_fen >= deposit_fen)
) WITH (fillfactor = 50); -- rewritten whenever a lead changes: room for the new version on the same page

ALTER TABLE lot ADD COLUMN hold_fen BIGINT NOT NULL DEFAULT 0
    CONSTRAINT lot_hold_is_money CHECK (hold_fen >= 0)
    CONSTRAINT lot_hold_has_holder CHECK (hold_fen = 0 OR leader_dealer_id IS NOT NULL);

-- What a lot holds of others than its leader: of everybody who has a secret offer.
CREATE TABLE lot_hold (
    lot_id     UUID NOT NULL REFERENCES lot (id),
    dealer_id  UUID NOT NULL,
    hold_fen   BIGINT NOT NULL CONSTRAINT lot_hold_holds_something CHECK (hold_fen > 0),
    PRIMARY KEY (lot_id, dealer_id)
);
CREATE INDEX lot_hold_by_dealer ON lot_hold (dealer_id);
