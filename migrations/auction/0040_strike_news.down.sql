DELETE FROM alert WHERE strike IS NOT NULL;
ALTER TABLE alert
    DROP CONSTRAINT alert_is_of_a_lot,
    DROP CONSTRAINT alert_of_strike_says_what,
    DROP CONSTRAINT alert_kind_known,
    ADD CONSTRAINT alert_kind_known
        CHECK (kind IN ('match', 'ending', 'outbid', 'won', 'lost', 'negotiating', 'turn', 'deadline', 'agreed', 'no_deal',
                        'sale_changed', 'sale_called_off', 'lot_withdrawn')),
    DROP COLUMN strike,
    ALTER COLUMN lot_id SET NOT NULL;
