-- What was decided already is written down under its key, so that the same form sent again later undoes nothing; a decision of its
-- own it is not.
ALTER TABLE sale_follow_on ADD COLUMN held_already BOOLEAN NOT NULL DEFAULT false;
