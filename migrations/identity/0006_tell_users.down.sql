-- What was told stays told; a number more does nobody harm.
SELECT 1;
