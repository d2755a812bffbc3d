-- Strikes (违约记录): what a company did not stand by, who said so and when. One that was wrong is lifted by another person, and
-- stays in the record.
CREATE TABLE strikes (
    id             UUID PRIMARY KEY,
    dealer_id      UUID NOT NULL CONSTRAINT strikes_dealer_fkey REFERENCES dealers (id),
    reason         TEXT NOT NULL CONSTRAINT strikes_reason_known CHECK (reason IN ('unpaid', 'late_transfer', 'other')),
    note           TEXT NOT NULL CONSTRAINT strikes_note_length CHECK (char_length(note) BETWEEN 2 AND 200),
    given_by       UUID NOT NULL,
    given_by_name  TEXT NOT NULL,
    given_at       TIMESTAMPTZ NOT NULL,
    lifted_by      UUID,
    lifted_by_name TEXT,
    lifted_at      TIMESTAMPTZ,
    lifted_why     TEXT,
    CONSTRAINT strikes_lifted_as_a_whole CHECK (num_nulls(lifted_by, lifted_by_name, lifted_at, lifted_why) IN (0, 4)),
    CONSTRAINT strikes_lifted_by_another CHECK (lifted_by <> given_by)
);
CREATE INDEX strikes_by_dealer ON strikes (dealer_id, given_at);

CREATE FUNCTION refuse_rewriting_strikes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.lifted_at IS NULL
       AND (OLD.id, OLD.dealer_id, OLD.reason, OLD.note, OLD.given_by, OLD.given_by_name, OLD.given_at)
         = (NEW.id, NEW.dealer_id, NEW.reason, NEW.note, NEW.given_by, NEW.given_by_name, NEW.given_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a strike is kept as it was given' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'strikes_are_kept';
END $$;
CREATE TRIGGER strikes_are_kept BEFORE UPDATE OR DELETE ON strikes
    FOR EACH ROW EXECUTE FUNCTION refuse_rewriting_strikes();

-- What the strikes that stand mean, kept beside them: every event about a company says it.
ALTER TABLE dealers
    ADD COLUMN strike_bar TEXT NOT NULL DEFAULT 'none'
        CONSTRAINT dealers_strike_bar_known CHECK (strike_bar IN ('none', 'warned', 'until', 'for_good')),
    ADD COLUMN struck_until TIMESTAMPTZ,
    ADD CONSTRAINT dealers_strike_bar_has_its_end CHECK ((strike_bar = 'until') = (struck_until IS NOT NULL));
