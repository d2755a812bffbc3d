UPDATE lot SET state = state || jsonb_build_object('terms', terms);
ALTER TABLE lot DROP COLUMN terms;
