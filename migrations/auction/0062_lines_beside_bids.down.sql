CREATE INDEX lot_log_incidents ON lot_log (lot_id, seq) WHERE command = 'extend_by_system';
CREATE INDEX lot_log_voids ON lot_log (lot_id) WHERE command = 'void_bid';
CREATE INDEX lot_log_offer_voids ON lot_log (lot_id) WHERE command = 'void_offer';
CREATE INDEX lot_log_tells_bidders ON lot_log (lot_id, seq)
    WHERE command IN ('open', 'resume', 'back_online', 'report_changed', 'topped_up', 'void_bid', 'void_offer');
DROP INDEX lot_log_beside_bids;
