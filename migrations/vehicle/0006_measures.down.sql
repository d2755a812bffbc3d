ALTER TABLE condition_report DROP COLUMN measures;
