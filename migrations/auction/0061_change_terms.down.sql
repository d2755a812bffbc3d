DROP TRIGGER sale_fine_print_stands ON sale;
DROP FUNCTION sale_fine_print_stands();
DROP TABLE lot_new_terms;
DROP FUNCTION lot_new_terms_is_append_only();
-- the history of a change that the older release does not know cannot be kept there; the alerts point at it
DELETE FROM alert WHERE sale_change_id IN (SELECT id FROM sale_change WHERE kind = 'terms_changed');
ALTER TABLE sale_change DISABLE TRIGGER sale_change_append_only;
DELETE FROM sale_change WHERE kind = 'terms_changed';
ALTER TABLE sale_change ENABLE TRIGGER sale_change_append_only;
ALTER TABLE sale_change
    DROP CONSTRAINT sale_change_kind_known,
    ADD CONSTRAINT sale_change_kind_known
        CHECK (kind IN ('changed', 'called_off', 'lot_withdrawn', 'lot_not_released')),
    DROP CONSTRAINT sale_change_says_what,
    ADD CONSTRAINT sale_change_says_what CHECK ((kind = 'changed') = (before IS NOT NULL AND after IS NOT NULL)),
    DROP CONSTRAINT sale_change_has_reason,
    ADD CONSTRAINT sale_change_has_reason CHECK (kind IN ('changed', 'lot_not_released') OR reason <> '');
