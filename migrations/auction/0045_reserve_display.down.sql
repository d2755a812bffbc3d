ALTER TABLE sale DROP COLUMN reserve_display;
ALTER TABLE sale_template DROP COLUMN reserve_display;
