-- A sale that has not opened is changed or called off, or a lot taken out of it: what was, what is, who, when and why. Its id is
-- the command's key.
ALTER TABLE sale ADD COLUMN version INTEGER NOT NULL DEFAULT 1 CONSTRAINT sale_version_counts CHECK (version > 0);
ALTER TABLE lot
    DROP CONSTRAINT lot_outcome_known,
    ADD CONSTRAINT lot_outcome_known CHECK (outcome IN ('sold', 'provisional', 'unsold', 'withdrawn'));

CREATE TABLE sale_change (
    id         UUID PRIMARY KEY,
    sale_id    UUID NOT NULL REFERENCES sale (id),
    kind       TEXT NOT NULL CONSTRAINT sale_change_kind_known CHECK (kind IN ('changed', 'called_off', 'lot_withdrawn')),
    lot_id     UUID REFERENCES lot (id),
    reason     TEXT NOT NULL CONSTRAINT sale_change_reason_short CHECK (char_length(reason) <= 200),
    before     JSONB,                        -- name and times, where they were changed
    after      JSONB,
    user_id    UUID NOT NULL,
    user_name  TEXT NOT NULL,
    at         TIMESTAMPTZ NOT NULL,
    CONSTRAINT sale_change_of_lot CHECK ((kind = 'lot_withdrawn') = (lot_id IS NOT NULL)),
    CONSTRAINT sale_change_says_what CHECK ((kind = 'changed') = (before IS NOT NULL AND after IS NOT NULL)),
    CONSTRAINT sale_change_has_reason CHECK (kind = 'changed' OR reason <> '')
);
CREATE INDEX sale_change_by_sale ON sale_change (sale_id, at DESC);
CREATE INDEX sale_change_by_lot ON sale_change (lot_id) WHERE lot_id IS NOT NULL;
CREATE FUNCTION sale_change_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'sale_change is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER sale_change_append_only BEFORE UPDATE OR DELETE ON sale_change
    FOR EACH STATEMENT EXECUTE FUNCTION sale_change_is_append_only();

-- Who watches a lot of the sale or has a max on it is told, once a change.
ALTER TABLE alert_choice
    DROP CONSTRAINT alert_choice_topic_known,
    ADD CONSTRAINT alert_choice_topic_known
        CHECK (topic IN ('match', 'ending', 'outbid', 'result', 'negotiation', 'sale'));
ALTER TABLE alert
    ADD COLUMN sale_change_id UUID REFERENCES sale_change (id),
    DROP CONSTRAINT alert_kind_known,
    ADD CONSTRAINT alert_kind_known
        CHECK (kind IN ('match', 'ending', 'outbid', 'won', 'lost', 'negotiating', 'turn', 'deadline', 'agreed', 'no_deal',
                        'sale_changed', 'sale_called_off', 'lot_withdrawn')),
    ADD CONSTRAINT alert_of_sale_names_its_change
        CHECK ((kind IN ('sale_changed', 'sale_called_off', 'lot_withdrawn')) = (sale_change_id IS NOT NULL));
DROP INDEX alert_once;
CREATE UNIQUE INDEX alert_once ON alert (user_id, lot_id, kind)
    WHERE kind NOT IN ('match', 'outbid', 'turn', 'deadline') AND sale_change_id IS NULL;
CREATE UNIQUE INDEX alert_once_a_sale_change ON alert (user_id, sale_change_id) WHERE sale_change_id IS NOT NULL;
