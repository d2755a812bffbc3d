-- Where a company's cars go (送达城市): one with several yards states costs for each; '' is the usual one, and what is not stated
-- for a yard is as for the usual one.
ALTER TABLE delivery_cost
    ADD COLUMN door TEXT NOT NULL DEFAULT '' CONSTRAINT delivery_cost_door_short CHECK (char_length(door) <= 40),
    DROP CONSTRAINT delivery_cost_elsewhere_stays,
    ADD CONSTRAINT delivery_cost_elsewhere_stays CHECK (city <> '' OR door <> '' OR transport_fen IS NOT NULL);
DROP INDEX delivery_cost_newest;
CREATE INDEX delivery_cost_newest ON delivery_cost (dealer_id, door, city, changed_at DESC, id DESC);

-- Which of them a person buys for.
CREATE TABLE delivery_door (
    user_id    UUID PRIMARY KEY,
    door       TEXT NOT NULL CONSTRAINT delivery_door_short CHECK (char_length(door) <= 40),
    chosen_at  TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp()
);
