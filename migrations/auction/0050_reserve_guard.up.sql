-- A reserve far above the guide price would only read the bidders' maxes: above this share of it a second person has to agree
-- before the lot opens.
ALTER TABLE sale_template
    ADD COLUMN reserve_limit_percent INTEGER NOT NULL DEFAULT 110
        CONSTRAINT sale_template_reserve_limit_sane CHECK (reserve_limit_percent BETWEEN 50 AND 1000);
ALTER TABLE sale
    ADD COLUMN reserve_limit_percent INTEGER NOT NULL DEFAULT 110
        CONSTRAINT sale_reserve_limit_sane CHECK (reserve_limit_percent BETWEEN 50 AND 1000);

-- Who set the price that the auction knows; not of cars that it heard of before this question.
ALTER TABLE car ADD COLUMN priced_by UUID;

-- A lot whose reserve lay above the limit when it was made. It waits until somebody agrees or the reserve is lowered to the limit.
CREATE TABLE reserve_request (
    lot_id    UUID PRIMARY KEY REFERENCES lot (id),
    limit_fen BIGINT NOT NULL CONSTRAINT reserve_request_limit_is_money CHECK (limit_fen >= 0),
    set_by    UUID NOT NULL,             -- who priced the car; where nobody knows that, who put it into the sale
    at        TIMESTAMPTZ NOT NULL
);

-- Each answer is a line, the newest holds; its id is the command's key.
CREATE TABLE reserve_answer (
    id        UUID PRIMARY KEY,
    n         BIGINT GENERATED ALWAYS AS IDENTITY,
    lot_id    UUID NOT NULL REFERENCES reserve_request (lot_id),
    answer    TEXT NOT NULL CONSTRAINT reserve_answer_known CHECK (answer IN ('approved', 'declined')),
    note      TEXT NOT NULL CONSTRAINT reserve_answer_note_short CHECK (char_length(note) <= 500),
    set_by    UUID NOT NULL,
    user_id   UUID NOT NULL,
    user_name TEXT NOT NULL,
    at        TIMESTAMPTZ NOT NULL,
    CONSTRAINT reserve_answer_by_another CHECK (user_id <> set_by)
);
CREATE UNIQUE INDEX reserve_answer_newest ON reserve_answer (lot_id, n DESC);
CREATE FUNCTION reserve_answer_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'reserve_answer is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER reserve_answer_append_only BEFORE UPDATE OR DELETE ON reserve_answer
    FOR EACH STATEMENT EXECUTE FUNCTION reserve_answer_is_append_only();

-- Whether a lot waits for somebody to agree to its reserve.
CREATE FUNCTION reserve_waits(of_lot UUID, state JSONB) RETURNS BOOLEAN LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM reserve_request r
         WHERE r.lot_id = of_lot AND (state ->> 'reserve_fen')::bigint > r.limit_fen
           AND 'approved' IS DISTINCT FROM (
               SELECT a.answer FROM reserve_answer a WHERE a.lot_id = of_lot ORDER BY a.n DESC LIMIT 1))
$$;
