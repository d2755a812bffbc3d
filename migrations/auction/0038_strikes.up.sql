-- Whom strikes keep from bidding, for good or until then, as identity says.
ALTER TABLE dealer
    ADD COLUMN struck_out BOOLEAN NOT NULL DEFAULT false,
    ADD COLUMN struck_until TIMESTAMPTZ;
