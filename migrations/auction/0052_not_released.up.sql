-- A lot that nobody let open until its end is withdrawn by itself; dealers read why in words of the pages, so its line has no
-- reason of its own. The line's user is nobody: all zeros.
ALTER TABLE sale_change
    DROP CONSTRAINT sale_change_kind_known,
    ADD CONSTRAINT sale_change_kind_known
        CHECK (kind IN ('changed', 'called_off', 'lot_withdrawn', 'lot_not_released')),
    DROP CONSTRAINT sale_change_of_lot,
    ADD CONSTRAINT sale_change_of_lot
        CHECK ((kind IN ('lot_withdrawn', 'lot_not_released')) = (lot_id IS NOT NULL)),
    DROP CONSTRAINT sale_change_has_reason,
    ADD CONSTRAINT sale_change_has_reason CHECK (kind IN ('changed', 'lot_not_released') OR reason <> '');
