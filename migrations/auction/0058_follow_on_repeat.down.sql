ALTER TABLE sale_follow_on DROP COLUMN held_already;
