DROP TABLE business_day_change;
DROP FUNCTION business_day_is_append_only();
