-- When the lot's news was last looked at: each second by every process is too often where a lead goes back and forth.
ALTER TABLE alert_lot ADD COLUMN seen_at TIMESTAMPTZ;
