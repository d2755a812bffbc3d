CREATE OR REPLACE FUNCTION bid_is_void(of_lot UUID, bid_seq BIGINT) RETURNS BOOLEAN LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM lot_log v
         WHERE v.lot_id = of_lot AND v.command = 'void_bid' AND v.seq IS NOT NULL
           AND (v.events::jsonb -> 0 ->> 'bid_seq')::bigint = bid_seq)
$$;
DROP INDEX lot_log_offer_voids;
