-- The lots a person keeps an eye on (关注).
CREATE TABLE lot_watch (
    user_id     UUID NOT NULL,
    lot_id      UUID NOT NULL REFERENCES lot (id),
    watched_at  TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (user_id, lot_id)
);
