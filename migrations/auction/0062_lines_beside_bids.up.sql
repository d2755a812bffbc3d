-- Each line of the log is held against the condition of each partial index. The lines that are no bid are few on any lot: one
-- index for all of them finds what four did, and a bid is asked once. (A command that a query names is told apart from
-- 'place_max' by the planner, so the query need not say it.)
CREATE INDEX lot_log_beside_bids ON lot_log (lot_id, seq) WHERE command <> 'place_max';
DROP INDEX lot_log_incidents, lot_log_voids, lot_log_offer_voids, lot_log_tells_bidders;
