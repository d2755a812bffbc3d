-- The fine print of a sale may be changed until one of its lots opens or somebody has given a max on one.
ALTER TABLE sale_change
    DROP CONSTRAINT sale_change_kind_known,
    ADD CONSTRAINT sale_change_kind_known
        CHECK (kind IN ('changed', 'terms_changed', 'called_off', 'lot_withdrawn', 'lot_not_released')),
    DROP CONSTRAINT sale_change_says_what,
    ADD CONSTRAINT sale_change_says_what
        CHECK ((kind IN ('changed', 'terms_changed')) = (before IS NOT NULL AND after IS NOT NULL)),
    DROP CONSTRAINT sale_change_has_reason,
    ADD CONSTRAINT sale_change_has_reason
        CHECK (kind IN ('changed', 'terms_changed', 'lot_not_released') OR reason <> '');

-- The terms that hold from a line of a lot's log on; the line's key is made of their text (docs/proof.md).
CREATE TABLE lot_new_terms (
    lot_id      UUID NOT NULL REFERENCES lot (id),
    seq         BIGINT NOT NULL CONSTRAINT lot_new_terms_seq_counts CHECK (seq > 0),
    terms_text  TEXT NOT NULL,
    PRIMARY KEY (lot_id, seq)
);
CREATE FUNCTION lot_new_terms_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'lot_new_terms is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER lot_new_terms_append_only BEFORE UPDATE OR DELETE ON lot_new_terms
    FOR EACH STATEMENT EXECUTE FUNCTION lot_new_terms_is_append_only();

-- Who gave a max gave it by the terms that he read.
CREATE FUNCTION sale_fine_print_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM lot l
         WHERE l.sale_id = NEW.id AND l.outcome IS DISTINCT FROM 'withdrawn'
           AND (l.status <> 'scheduled' OR jsonb_array_length(coalesce(l.state -> 'pre_bids', '[]')) > 0))
    THEN
        RAISE EXCEPTION 'the fine print of sale % counts already', NEW.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'sale_fine_print_stands';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sale_fine_print_stands BEFORE UPDATE OF fine, tick_fen ON sale
    FOR EACH ROW WHEN (OLD.fine IS DISTINCT FROM NEW.fine OR OLD.tick_fen <> NEW.tick_fen)
    EXECUTE FUNCTION sale_fine_print_stands();
