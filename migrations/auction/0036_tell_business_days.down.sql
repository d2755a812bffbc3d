-- What was told stays told.
SELECT 1;
