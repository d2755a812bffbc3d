-- News of bids look at lots that moved, hundreds at once: of what happened there only these lines, and of the news only what still
-- asks somebody for something. Without them each look reads every bid and every bidder of those lots.
CREATE INDEX lot_log_tells_bidders ON lot_log (lot_id, seq)
    WHERE command IN ('open', 'resume', 'back_online', 'report_changed', 'topped_up', 'void_bid', 'void_offer');
CREATE INDEX alert_asks ON alert (lot_id) WHERE read_at IS NULL AND kind IN ('report', 'top_up');
