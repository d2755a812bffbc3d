ALTER TABLE dealer DROP COLUMN papers_missing;
