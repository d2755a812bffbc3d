-- A few lots take most of the bids, and a sample of the log sees hardly any other: PostgreSQL then takes each lot for one of
-- two dozen, and reads the whole log for the three lines of one. Of all lots the mean is some fifty lines.
ALTER TABLE lot_log ALTER COLUMN lot_id SET (n_distinct = -0.02);
