-- Who looked at the secret reserve of a lot, and when (domain rules §3.5). The page asks for it by a button, never by itself.
CREATE TABLE reserve_reveal (
    id         UUID PRIMARY KEY,             -- the key of the button
    lot_id     UUID NOT NULL REFERENCES lot (id),
    user_id    UUID NOT NULL,
    user_name  TEXT NOT NULL,
    at         TIMESTAMPTZ NOT NULL
);
CREATE INDEX reserve_reveal_by_lot ON reserve_reveal (lot_id, at DESC);

CREATE FUNCTION reserve_reveal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'reserve_reveal is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER reserve_reveal_append_only BEFORE UPDATE OR DELETE ON reserve_reveal
    FOR EACH STATEMENT EXECUTE FUNCTION reserve_reveal_is_append_only();
