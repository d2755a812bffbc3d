ALTER TABLE sale_followed DROP COLUMN left_out;
ALTER TABLE sale DROP COLUMN fine;
ALTER TABLE sale_template DROP CONSTRAINT sale_template_ladder_on_tick, DROP COLUMN fine;
DROP FUNCTION fine_print_is_sane(JSONB);
