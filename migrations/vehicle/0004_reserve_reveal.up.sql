-- Who looked at the secret reserve of a car, and when (domain rules §3.5). The page asks for it by a button, never by itself.
CREATE TABLE reserve_reveal (
    id         UUID PRIMARY KEY,             -- the key of the button
    vehicle_id UUID NOT NULL REFERENCES vehicle (id),
    user_id    UUID NOT NULL,
    user_name  TEXT NOT NULL,
    at         TIMESTAMPTZ NOT NULL
);
CREATE INDEX reserve_reveal_by_vehicle ON reserve_reveal (vehicle_id, at DESC);
CREATE TRIGGER reserve_reveal_append_only BEFORE UPDATE OR DELETE ON reserve_reveal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
