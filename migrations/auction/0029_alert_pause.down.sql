ALTER TABLE alert_lot DROP COLUMN seen_at;
