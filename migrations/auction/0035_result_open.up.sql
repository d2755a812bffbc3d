-- While a lot is negotiated its result is open: those who bid hear of it once that is over. When its close was told is kept apart
-- from then on: who bid is known, and the news of the negotiation can be told.
ALTER TABLE alert_lot ADD COLUMN closed_at TIMESTAMPTZ;
UPDATE alert_lot SET closed_at = settled_at WHERE settled_at IS NOT NULL;
