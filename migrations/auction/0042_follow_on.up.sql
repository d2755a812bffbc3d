-- What becomes of a sale's unsold cars by itself (流拍后续): offered again by a template, so long after the last lot is settled.
ALTER TABLE sale_template
    ADD COLUMN next_template_id UUID REFERENCES sale_template (id),
    ADD COLUMN next_wait_ms     BIGINT CONSTRAINT sale_template_next_wait_sane CHECK (next_wait_ms BETWEEN 0 AND 604800000),
    ADD CONSTRAINT sale_template_next_is_whole CHECK ((next_template_id IS NULL) = (next_wait_ms IS NULL));

-- Each decision is a line, the newest holds; its id is the command's key. Without a template: the cars stay where they are.
CREATE TABLE sale_follow_on (
    id           UUID PRIMARY KEY,
    n            BIGINT GENERATED ALWAYS AS IDENTITY,
    sale_id      UUID NOT NULL REFERENCES sale (id),
    template_id  UUID REFERENCES sale_template (id),
    wait_ms      BIGINT CONSTRAINT sale_follow_on_wait_sane CHECK (wait_ms BETWEEN 0 AND 604800000),
    user_id      UUID NOT NULL,
    user_name    TEXT NOT NULL,
    at           TIMESTAMPTZ NOT NULL,
    CONSTRAINT sale_follow_on_is_whole CHECK ((template_id IS NULL) = (wait_ms IS NULL))
);
CREATE UNIQUE INDEX sale_follow_on_newest ON sale_follow_on (sale_id, n DESC);
CREATE FUNCTION sale_follow_on_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'sale_follow_on is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER sale_follow_on_append_only BEFORE UPDATE OR DELETE ON sale_follow_on
    FOR EACH STATEMENT EXECUTE FUNCTION sale_follow_on_is_append_only();

-- Once a sale: its cars were looked at when the last lot was settled. Nothing unsold, nothing made. A car goes round three times
-- at most.
CREATE TABLE sale_followed (
    sale_id       UUID PRIMARY KEY REFERENCES sale (id),
    follow_on_id  UUID NOT NULL REFERENCES sale_follow_on (id),
    next_sale_id  UUID UNIQUE REFERENCES sale (id),
    cars          INTEGER NOT NULL CONSTRAINT sale_followed_cars_counted CHECK (cars >= 0),
    round         INTEGER NOT NULL CONSTRAINT sale_followed_ends CHECK (round BETWEEN 1 AND 3),
    at            TIMESTAMPTZ NOT NULL,
    CONSTRAINT sale_followed_makes_a_sale_of_cars CHECK ((next_sale_id IS NULL) = (cars = 0))
);
