CREATE OR REPLACE FUNCTION alert_is_for_browsers(told alert) RETURNS BOOLEAN LANGUAGE sql STABLE AS $$
    SELECT NOT EXISTS (
               SELECT FROM alert_choice c
                WHERE c.user_id = told.user_id AND c.topic = alert_topic(told.kind) AND NOT c.pushed)
       AND NOT (told.kind IN ('outbid', 'ending', 'lead_back', 'other_voided')
                AND EXISTS (SELECT FROM lot_mute m WHERE m.user_id = told.user_id AND m.lot_id = told.lot_id))
$$;

CREATE OR REPLACE FUNCTION alert_goes_out() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO push_delivery (device_id, alert_id, due_at)
    SELECT d.id, a.id, a.last_at
      FROM told t
      JOIN push_device d ON d.user_id = t.user_id AND d.removed_at IS NULL
      JOIN alert a ON a.id = t.id
     WHERE alert_is_for_browsers(a);
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION alert_goes_out_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO push_delivery AS p (device_id, alert_id, due_at)
    SELECT d.id, a.id, a.last_at
      FROM told t
      JOIN was w ON w.id = t.id AND t.last_at > w.last_at
      JOIN push_device d ON d.user_id = t.user_id AND d.removed_at IS NULL
      JOIN alert a ON a.id = t.id
     WHERE alert_is_for_browsers(a)
    ON CONFLICT (device_id, alert_id) DO UPDATE
       SET state = 'waiting', attempts = 0, settled_at = NULL, last_error = NULL,
           due_at = greatest(excluded.due_at, p.settled_at + interval '2 minutes')
     WHERE p.state <> 'waiting';
    RETURN NULL;
END $$;
DROP INDEX push_delivery_waiting;
DROP INDEX push_delivery_due;
CREATE INDEX push_delivery_due ON push_delivery (due_at) WHERE state = 'waiting';
ALTER TABLE push_delivery
    DROP CONSTRAINT push_delivery_shown_is_of_something,
    DROP CONSTRAINT push_delivery_urgency_known,
    DROP COLUMN shown_of,
    DROP COLUMN shown_at,
    DROP COLUMN urgency;
DROP FUNCTION alert_urgency(TEXT);
ALTER TABLE push_device DROP COLUMN host;
