ALTER TABLE condition_report DROP COLUMN papers;
