DROP TABLE delivery_door;
DELETE FROM delivery_cost WHERE door <> '';
DROP INDEX delivery_cost_newest;
ALTER TABLE delivery_cost
    DROP CONSTRAINT delivery_cost_elsewhere_stays,
    DROP COLUMN door,
    ADD CONSTRAINT delivery_cost_elsewhere_stays CHECK (city <> '' OR transport_fen IS NOT NULL);
CREATE INDEX delivery_cost_newest ON delivery_cost (dealer_id, city, changed_at DESC, id DESC);
