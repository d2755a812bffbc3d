-- What it costs a company to get a car to its door, by the city where the car stands; '' is every other city. Each line
-- is a statement of somebody, never changed: the newest of a city holds.
CREATE TABLE delivery_cost (
    id               UUID PRIMARY KEY,        -- the command's key and the city
    dealer_id        UUID NOT NULL,
    city             TEXT NOT NULL CONSTRAINT delivery_cost_city_short CHECK (char_length(city) <= 40),
    transport_fen    BIGINT CONSTRAINT delivery_cost_transport_sane CHECK (transport_fen BETWEEN 0 AND 10000000),
    transfer_fen     BIGINT CONSTRAINT delivery_cost_transfer_sane CHECK (transfer_fen BETWEEN 0 AND 10000000),
    changed_by       UUID NOT NULL,
    changed_by_name  TEXT NOT NULL,
    changed_at       TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    -- both or neither: without amounts the city is as every other again
    CONSTRAINT delivery_cost_whole CHECK ((transport_fen IS NULL) = (transfer_fen IS NULL)),
    CONSTRAINT delivery_cost_elsewhere_stays CHECK (city <> '' OR transport_fen IS NOT NULL)
);
CREATE INDEX delivery_cost_newest ON delivery_cost (dealer_id, city, changed_at DESC, id DESC);
