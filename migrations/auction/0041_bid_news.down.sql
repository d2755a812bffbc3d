DROP FUNCTION report_waits_for(lot, UUID);
DROP INDEX lot_party_of_dealer;
DROP INDEX alert_once_a_line;
DELETE FROM alert WHERE lot_seq IS NOT NULL;
DROP INDEX alert_once;
CREATE UNIQUE INDEX alert_once ON alert (user_id, lot_id, kind)
    WHERE kind NOT IN ('match', 'outbid', 'turn', 'deadline') AND sale_change_id IS NULL;
ALTER TABLE alert
    DROP CONSTRAINT alert_turn_has_deadline,
    ADD CONSTRAINT alert_turn_has_deadline CHECK ((kind IN ('turn', 'deadline')) = (answer_by IS NOT NULL)),
    DROP CONSTRAINT alert_void_has_reason,
    DROP CONSTRAINT alert_of_bid_names_its_line,
    DROP CONSTRAINT alert_kind_known,
    ADD CONSTRAINT alert_kind_known
        CHECK (kind IN ('match', 'ending', 'outbid', 'won', 'lost', 'negotiating', 'turn', 'deadline', 'agreed', 'no_deal',
                        'sale_changed', 'sale_called_off', 'lot_withdrawn', 'strike_given', 'strike_lifted')),
    DROP COLUMN reason,
    DROP COLUMN lot_seq;
