DROP TABLE sale_followed;
DROP TABLE sale_follow_on;
DROP FUNCTION sale_follow_on_is_append_only;
ALTER TABLE sale_template DROP COLUMN next_template_id, DROP COLUMN next_wait_ms;
