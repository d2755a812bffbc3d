-- All formats of a sale. What a format needs besides stands in the lots' terms; the sale keeps what its page shows.
ALTER TABLE sale
    DROP CONSTRAINT sale_format_known,
    ADD CONSTRAINT sale_format_known
        CHECK (format IN ('timed', 'flash', 'sealed_first', 'sealed_second', 'dutch', 'lane'));

-- A dealer's own position and history: all commands of bidders.
DROP INDEX lot_log_by_actor;
CREATE INDEX lot_log_by_actor ON lot_log (actor, lot_id, seq DESC)
    WHERE command IN ('place_max', 'buy_now', 'accept');
