ALTER TABLE sale_change DISABLE TRIGGER sale_change_append_only;
UPDATE sale_change SET kind = 'lot_withdrawn', reason = '截止前未完成上拍审核' WHERE kind = 'lot_not_released';
ALTER TABLE sale_change ENABLE TRIGGER sale_change_append_only;
ALTER TABLE sale_change
    DROP CONSTRAINT sale_change_kind_known,
    ADD CONSTRAINT sale_change_kind_known CHECK (kind IN ('changed', 'called_off', 'lot_withdrawn')),
    DROP CONSTRAINT sale_change_of_lot,
    ADD CONSTRAINT sale_change_of_lot CHECK ((kind = 'lot_withdrawn') = (lot_id IS NOT NULL)),
    DROP CONSTRAINT sale_change_has_reason,
    ADD CONSTRAINT sale_change_has_reason CHECK (kind = 'changed' OR reason <> '');
