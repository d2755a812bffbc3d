-- What proves a second look at an unusually high amount: a token is made and checked with this key, by every process on this
-- database, before and after a restart. One row.
CREATE TABLE confirmation_key (
    one      BOOLEAN PRIMARY KEY DEFAULT true,
    key      BYTEA NOT NULL,
    made_at  TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT confirmation_key_is_one CHECK (one),
    CONSTRAINT confirmation_key_is_whole CHECK (octet_length(key) = 32)
);
