-- What an inspection measured: tread depths, paint thickness, fault codes. Part of the report and of its hash; a report from
-- before has none, and the hash that it had.
ALTER TABLE condition_report ADD COLUMN measures JSONB NOT NULL DEFAULT '{}'
    CONSTRAINT condition_report_measures_is_object CHECK (jsonb_typeof(measures) = 'object');
