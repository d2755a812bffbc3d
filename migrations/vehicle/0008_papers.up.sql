-- 手续: which papers a car has, until when it is insured, its keys. Part of the report and of its hash; a report from before has
-- none, and the hash that it had.
ALTER TABLE condition_report ADD COLUMN papers JSONB NOT NULL DEFAULT '{}'
    CONSTRAINT condition_report_papers_is_object CHECK (jsonb_typeof(papers) = 'object');
