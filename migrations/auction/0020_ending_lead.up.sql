-- How long before the end of a watched lot a person is told: his own choice, of a few.
ALTER TABLE alert_choice
    ADD COLUMN lead_min SMALLINT
        CONSTRAINT alert_choice_lead_known CHECK (lead_min IN (1, 5, 15, 30, 60)),
    ADD CONSTRAINT alert_choice_lead_of_ending CHECK (lead_min IS NULL OR topic = 'ending');

-- The shortest lead that a lot's watchers were told at. Until now all were told at five minutes.
ALTER TABLE alert_lot ADD COLUMN ending_min SMALLINT;
UPDATE alert_lot SET ending_min = 5 WHERE ending_at IS NOT NULL;
ALTER TABLE alert_lot DROP COLUMN ending_at;
