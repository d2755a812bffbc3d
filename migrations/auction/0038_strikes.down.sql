ALTER TABLE dealer DROP COLUMN struck_until, DROP COLUMN struck_out;
