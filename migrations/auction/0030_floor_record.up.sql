-- What a clerk wrote down on the floor of a lane while the lot waited for him, and what became of each line: as a row, because
-- the lot's log has what the rules decided, and not what was brought together.
CREATE TABLE floor_record (
    id         UUID PRIMARY KEY,             -- made by the clerk's page, before the first line
    lot_id     UUID NOT NULL REFERENCES lot (id),
    lines      JSONB NOT NULL,               -- in the clerk's order: paddle, amount, code of the refusal or none, note
    user_id    UUID NOT NULL,
    user_name  TEXT NOT NULL,
    at         TIMESTAMPTZ NOT NULL,
    CONSTRAINT floor_record_has_lines CHECK (jsonb_array_length(lines) > 0)
);
CREATE INDEX floor_record_by_lot ON floor_record (lot_id, at DESC);

CREATE FUNCTION floor_record_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'floor_record is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER floor_record_append_only BEFORE UPDATE OR DELETE ON floor_record
    FOR EACH STATEMENT EXECUTE FUNCTION floor_record_is_append_only();
