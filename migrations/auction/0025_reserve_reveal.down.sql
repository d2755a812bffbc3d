DROP TABLE reserve_reveal;
DROP FUNCTION reserve_reveal_is_append_only();
