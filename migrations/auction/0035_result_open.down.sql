UPDATE alert_lot SET settled_at = closed_at WHERE closed_at IS NOT NULL AND settled_at IS NULL;
ALTER TABLE alert_lot DROP COLUMN closed_at;
