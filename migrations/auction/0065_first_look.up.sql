-- The first look of the seller's group (内部调拨优先): so long before the opening its stores may take a car at a share of the guide price.
CREATE OR REPLACE FUNCTION fine_print_is_sane(fine JSONB) RETURNS BOOLEAN LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_typeof(fine) = 'object'
       AND coalesce((fine ->> 'tick_fen')::bigint BETWEEN 100 AND 1000000 AND (fine ->> 'tick_fen')::bigint % 100 = 0, TRUE)
       AND coalesce((fine ->> 'double_after')::bigint BETWEEN 1 AND 1000, TRUE)
       AND coalesce((fine ->> 'confirm_guide_percent')::bigint BETWEEN 100 AND 1000, TRUE)
       AND coalesce((fine ->> 'confirm_steps')::bigint BETWEEN 1 AND 1000, TRUE)
       AND coalesce((fine ->> 'buy_now_end_percent')::bigint BETWEEN 50 AND 100, TRUE)
       AND coalesce((fine ->> 'top_up_ms')::bigint BETWEEN 300000 AND 86400000, TRUE)
       AND coalesce((fine ->> 'offer_ms')::bigint BETWEEN 3600000 AND 86400000, TRUE)
       AND coalesce((fine ->> 'reply_ms')::bigint BETWEEN 3600000 AND 86400000, TRUE)
       AND coalesce((fine ->> 'counters_max')::bigint BETWEEN 1 AND 20, TRUE)
       AND coalesce((fine ->> 'negotiation_hold_percent')::bigint BETWEEN 0 AND 100, TRUE)
       AND coalesce((fine ->> 'resume_left_ms')::bigint BETWEEN 60000 AND 86400000, TRUE)
       AND coalesce((fine ->> 'reading_ms')::bigint BETWEEN 60000 AND 86400000, TRUE)
       AND coalesce((fine ->> 'outage_left_ms')::bigint BETWEEN 60000 AND 86400000, TRUE)
       AND coalesce((fine ->> 'early_hold_percent')::bigint BETWEEN 0 AND 100, TRUE)
       AND coalesce(fine ->> 'small_raise' IN ('no_time', 'time', 'refused'), TRUE)
       AND (fine -> 'first_look' IS NULL
            OR coalesce((fine #>> '{first_look,before_ms}')::bigint BETWEEN 3600000 AND 1209600000, FALSE)
               AND coalesce((fine #>> '{first_look,price_bp}')::bigint BETWEEN 1000 AND 20000, FALSE))
$$;

-- Who had a max on such a car, and who watched it, hears that it does not come to everybody.
ALTER TABLE alert
    DROP CONSTRAINT alert_kind_known,
    ADD CONSTRAINT alert_kind_known
        CHECK (kind IN ('match', 'ending', 'outbid', 'won', 'lost', 'transferred', 'negotiating', 'turn', 'deadline', 'agreed',
                        'no_deal', 'sale_changed', 'sale_called_off', 'lot_withdrawn', 'strike_given', 'strike_lifted',
                        'report', 'pre_bid_lapsed', 'bid_voided', 'other_voided', 'lead_back', 'top_up'));
CREATE OR REPLACE FUNCTION alert_topic(kind TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN kind IN ('match', 'ending', 'outbid') THEN kind
                WHEN kind IN ('won', 'lost', 'transferred', 'negotiating') THEN 'result'
                WHEN kind IN ('turn', 'deadline', 'agreed', 'no_deal') THEN 'negotiation'
                WHEN kind IN ('sale_changed', 'sale_called_off', 'lot_withdrawn') THEN 'sale' END
$$;
