-- A bid is void as well where it was a max before the opening, or a sealed offer, of somebody who may not bid any more: all that
-- he had bid on the lot by then counts no more.
CREATE INDEX lot_log_offer_voids ON lot_log (lot_id) WHERE command = 'void_offer';
CREATE OR REPLACE FUNCTION bid_is_void(of_lot UUID, bid_seq BIGINT) RETURNS BOOLEAN LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM lot_log v
         WHERE v.lot_id = of_lot AND v.command = 'void_bid' AND v.seq IS NOT NULL
           AND (v.events::jsonb -> 0 ->> 'bid_seq')::bigint = bid_seq)
    OR EXISTS (
        SELECT FROM lot_log v
          JOIN lot_log b ON b.lot_id = v.lot_id AND b.seq = bid_seq
         WHERE v.lot_id = of_lot AND v.command = 'void_offer' AND v.seq > bid_seq
           AND (v.events::jsonb -> 0 ->> 'dealer_id')::uuid = b.actor)
$$;
