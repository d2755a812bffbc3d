ALTER TABLE dealers DROP COLUMN struck_until, DROP COLUMN strike_bar;
DROP TABLE strikes;
DROP FUNCTION refuse_rewriting_strikes();
