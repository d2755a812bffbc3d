DROP TABLE floor_record;
DROP FUNCTION floor_record_is_append_only;
