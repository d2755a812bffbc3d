-- Days on which business is done or not, whatever the week says: holidays, and the weekends that are worked for them. A change
-- is a row and stays; what holds of a day is its newest one.
CREATE TABLE business_day_change (
    n          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key        UUID NOT NULL,                -- the command's: several days may be told at once
    day        DATE NOT NULL,
    kind       TEXT NOT NULL CONSTRAINT business_day_kind_known CHECK (kind IN ('holiday', 'workday', 'ordinary')),
    name       TEXT NOT NULL CONSTRAINT business_day_name_short CHECK (char_length(name) <= 40),
    user_id    UUID NOT NULL,
    user_name  TEXT NOT NULL,
    at         TIMESTAMPTZ NOT NULL,
    CONSTRAINT business_day_once UNIQUE (key, day)
);
CREATE INDEX business_day_newest ON business_day_change (day, n DESC);
CREATE FUNCTION business_day_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'business_day_change is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER business_day_append_only BEFORE UPDATE OR DELETE ON business_day_change
    FOR EACH STATEMENT EXECUTE FUNCTION business_day_is_append_only();
