-- Which dealer holds which paddle (拍牌号) in a sale's room.
CREATE TABLE sale_paddle (
    sale_id      UUID NOT NULL REFERENCES sale (id),
    paddle       INTEGER NOT NULL CONSTRAINT sale_paddle_sane CHECK (paddle BETWEEN 1 AND 9999),
    dealer_id    UUID NOT NULL REFERENCES dealer (dealer_id),
    given_key    UUID NOT NULL CONSTRAINT sale_paddle_given_once UNIQUE,
    given_by     UUID NOT NULL,
    given_by_name TEXT NOT NULL,
    given_at     TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (sale_id, paddle),
    CONSTRAINT sale_paddle_one_a_dealer UNIQUE (sale_id, dealer_id)
);
-- The run list: which lot comes on the block next.
CREATE INDEX lot_to_run ON lot (sale_id, lot_no) WHERE status <> 'closed';
