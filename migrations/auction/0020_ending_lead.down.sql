ALTER TABLE alert_lot ADD COLUMN ending_at TIMESTAMPTZ;
UPDATE alert_lot SET ending_at = clock_timestamp() WHERE ending_min <= 5;
ALTER TABLE alert_lot DROP COLUMN ending_min;
ALTER TABLE alert_choice
    DROP CONSTRAINT alert_choice_lead_of_ending,
    DROP COLUMN lead_min;
