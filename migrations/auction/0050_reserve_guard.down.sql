DROP FUNCTION reserve_waits(UUID, JSONB);
DROP TABLE reserve_answer;
DROP FUNCTION reserve_answer_is_append_only();
DROP TABLE reserve_request;
ALTER TABLE car DROP COLUMN priced_by;
ALTER TABLE sale DROP COLUMN reserve_limit_percent;
ALTER TABLE sale_template DROP COLUMN reserve_limit_percent;
