ALTER TABLE lot_log
    ALTER COLUMN explanation TYPE JSONB USING explanation::jsonb,
    ALTER COLUMN events TYPE JSONB USING events::jsonb,
    ADD CONSTRAINT lot_log_lot_id_fkey FOREIGN KEY (lot_id) REFERENCES lot (id);
UPDATE lot l
   SET state = l.state || jsonb_build_object('bidders',
       (SELECT coalesce(jsonb_agg(b.dealer_id ORDER BY b.alias), '[]') FROM lot_bidder b WHERE b.lot_id = l.id));
DROP TABLE lot_bidder;
