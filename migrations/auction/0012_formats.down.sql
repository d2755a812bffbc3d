DROP INDEX lot_log_by_actor;
CREATE INDEX lot_log_by_actor ON lot_log (actor, lot_id, seq DESC) WHERE command = 'place_max';
ALTER TABLE sale
    DROP CONSTRAINT sale_format_known,
    ADD CONSTRAINT sale_format_known CHECK (format IN ('timed'));
