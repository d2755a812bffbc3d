-- The terms of a lot are written once and hardly ever again (an outage moves the cap); the state is written with every
-- batch.
ALTER TABLE lot ADD COLUMN terms JSONB;
UPDATE lot SET terms = state -> 'terms', state = state - 'terms';
ALTER TABLE lot ALTER COLUMN terms SET NOT NULL;
