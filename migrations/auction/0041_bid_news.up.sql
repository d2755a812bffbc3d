-- News of one's own bids: a condition report that suspends a max, a max that did not enter at the opening, a voided bid (§3.4: all
-- participants are told), a lead that a void brought back, a deposit to top up. Each is told of one number of the lot's log.
ALTER TABLE alert
    ADD COLUMN lot_seq BIGINT,                -- the number of the log line that it is about
    ADD COLUMN reason TEXT,                   -- why a bid does not count any more
    DROP CONSTRAINT alert_kind_known,
    ADD CONSTRAINT alert_kind_known
        CHECK (kind IN ('match', 'ending', 'outbid', 'won', 'lost', 'negotiating', 'turn', 'deadline', 'agreed', 'no_deal',
                        'sale_changed', 'sale_called_off', 'lot_withdrawn', 'strike_given', 'strike_lifted',
                        'report', 'pre_bid_lapsed', 'bid_voided', 'other_voided', 'lead_back', 'top_up')),
    ADD CONSTRAINT alert_of_bid_names_its_line
        CHECK ((kind IN ('report', 'pre_bid_lapsed', 'bid_voided', 'other_voided', 'lead_back', 'top_up'))
               = (lot_seq IS NOT NULL)),
    ADD CONSTRAINT alert_void_has_reason
        CHECK ((kind IN ('pre_bid_lapsed', 'bid_voided', 'other_voided')) = (reason IS NOT NULL)),
    DROP CONSTRAINT alert_turn_has_deadline,
    -- how long a new report can be confirmed is known once the lot goes on
    ADD CONSTRAINT alert_turn_has_deadline
        CHECK (kind = 'report' OR (kind IN ('turn', 'deadline', 'top_up')) = (answer_by IS NOT NULL));
DROP INDEX alert_once;
CREATE UNIQUE INDEX alert_once ON alert (user_id, lot_id, kind)
    WHERE kind NOT IN ('match', 'outbid', 'turn', 'deadline') AND sale_change_id IS NULL AND lot_seq IS NULL;
CREATE UNIQUE INDEX alert_once_a_line ON alert (user_id, lot_id, kind, lot_seq) WHERE lot_seq IS NOT NULL;
-- Whether a new condition report waits for this company's word: it has a max that counts, or would at the opening. Whose bids are
-- all void, and who did not enter, has nothing to stand by.
CREATE FUNCTION report_waits_for(of lot, dealer UUID) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT of.status <> 'closed'
       AND coalesce(of.state -> 'report' -> 'must_confirm' ? dealer::text, false)
       AND (of.status = 'scheduled'
            OR EXISTS (SELECT FROM lot_bidder b WHERE b.lot_id = of.id AND b.dealer_id = dealer)
               AND EXISTS (
                   SELECT FROM lot_log g
                    WHERE g.lot_id = of.id AND g.actor = dealer AND g.command = 'place_max' AND g.seq IS NOT NULL
                      AND NOT bid_is_void(g.lot_id, g.seq)))
$$;
-- What a company's bids ask of it now.
CREATE INDEX lot_party_of_dealer ON lot_party (dealer_id, lot_id);
