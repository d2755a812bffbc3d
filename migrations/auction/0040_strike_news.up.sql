-- A company's users are told of a strike, and of its lifting: news that are about no lot.
ALTER TABLE alert
    ALTER COLUMN lot_id DROP NOT NULL,
    ADD COLUMN strike JSONB,                 -- what for, and what the strikes mean from then on: reason, struck_out, struck_until
    DROP CONSTRAINT alert_kind_known,
    ADD CONSTRAINT alert_kind_known
        CHECK (kind IN ('match', 'ending', 'outbid', 'won', 'lost', 'negotiating', 'turn', 'deadline', 'agreed', 'no_deal',
                        'sale_changed', 'sale_called_off', 'lot_withdrawn', 'strike_given', 'strike_lifted')),
    ADD CONSTRAINT alert_of_strike_says_what CHECK ((kind IN ('strike_given', 'strike_lifted')) = (strike IS NOT NULL)),
    ADD CONSTRAINT alert_is_of_a_lot CHECK ((lot_id IS NULL) = (strike IS NOT NULL));
