ALTER TABLE lot DROP COLUMN papers_incomplete;
ALTER TABLE car DROP COLUMN papers_incomplete;
