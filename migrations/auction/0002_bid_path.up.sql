-- What a bid costs. The bidders leave the state, which is written with every batch; what nobody asks the database about
-- is text, which is taken as it is; and a line of the log is not looked up in `lot` again, because the one statement that
-- writes lines joins them with the lots it has locked.
CREATE TABLE lot_bidder (
    lot_id     UUID NOT NULL REFERENCES lot (id),
    alias      INTEGER NOT NULL CONSTRAINT lot_bidder_alias_counts CHECK (alias > 0), -- 1 for the first bidder
    dealer_id  UUID NOT NULL,
    CONSTRAINT lot_bidder_once UNIQUE (lot_id, dealer_id),
    PRIMARY KEY (lot_id, alias) INCLUDE (dealer_id)
);
INSERT INTO lot_bidder (lot_id, alias, dealer_id)
SELECT l.id, b.alias, b.dealer_id::uuid
  FROM lot l
 CROSS JOIN LATERAL jsonb_array_elements_text(l.state -> 'bidders') WITH ORDINALITY AS b (dealer_id, alias);
UPDATE lot SET state = state - 'bidders';

ALTER TABLE lot_log
    DROP CONSTRAINT lot_log_lot_id_fkey,
    ALTER COLUMN explanation TYPE TEXT USING explanation::text,
    ALTER COLUMN events TYPE TEXT USING events::text;
