-- Sellers speak for themselves: staff say which dealer company is behind a seller's name. Names fold in the program; which of those
-- on cars come down to the same is kept here, so that a question about a seller needs no pass over all lots.
CREATE TABLE seller_spelling (
    seller_name  TEXT PRIMARY KEY,
    folded_name  TEXT NOT NULL
);
CREATE INDEX seller_spelling_by_fold ON seller_spelling (folded_name);
CREATE INDEX lot_by_seller ON lot (seller_name);
CREATE INDEX car_by_seller ON car (seller_name);

-- One row for each time; its end is in it, so the rows are the history.
CREATE TABLE seller_link (
    id              UUID PRIMARY KEY,         -- made by who linked: a repeat is the same row
    folded_name     TEXT NOT NULL CONSTRAINT seller_link_names_somebody CHECK (folded_name <> ''),
    seller_name     TEXT NOT NULL,            -- as it was written then
    dealer_id       UUID NOT NULL REFERENCES dealer (dealer_id),
    linked_by       UUID NOT NULL,
    linked_by_name  TEXT NOT NULL,
    linked_at       TIMESTAMPTZ NOT NULL,
    undo_key        UUID,
    undone_by       UUID,
    undone_by_name  TEXT,
    undone_at       TIMESTAMPTZ,
    undo_reason     TEXT CONSTRAINT seller_link_undone_for_a_reason CHECK (undo_reason <> ''),
    CONSTRAINT seller_link_undo_is_whole
        CHECK (num_nulls(undo_key, undone_by, undone_by_name, undone_at, undo_reason) IN (0, 5))
);
-- A seller is one company; one company may be several sellers.
CREATE UNIQUE INDEX seller_link_one_company ON seller_link (folded_name) WHERE undone_at IS NULL;
CREATE INDEX seller_link_by_company ON seller_link (dealer_id) WHERE undone_at IS NULL;

-- Whose company is behind the name on a lot, as things are now.
CREATE VIEW selling_company AS
SELECT s.seller_name, k.dealer_id
  FROM seller_link k
  JOIN seller_spelling s ON s.folded_name = k.folded_name
 WHERE k.undone_at IS NULL;
