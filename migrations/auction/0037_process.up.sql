-- The processes that take bids of others. Of those seen of late the one that has been longest decides.
CREATE TABLE process (
    id       UUID PRIMARY KEY,
    address  TEXT NOT NULL CONSTRAINT process_address_short CHECK (char_length(address) BETWEEN 3 AND 100),
    since    TIMESTAMPTZ NOT NULL,
    seen_at  TIMESTAMPTZ NOT NULL,
    CONSTRAINT process_seen_since CHECK (seen_at >= since)
);
