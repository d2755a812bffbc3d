CREATE OR REPLACE FUNCTION alert_goes_out() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO push_delivery (device_id, alert_id, due_at)
    SELECT d.id, t.id, t.last_at
      FROM told t
      JOIN push_device d ON d.user_id = t.user_id AND d.removed_at IS NULL;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION alert_goes_out_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO push_delivery AS p (device_id, alert_id, due_at)
    SELECT d.id, t.id, t.last_at
      FROM told t
      JOIN was w ON w.id = t.id AND t.last_at > w.last_at
      JOIN push_device d ON d.user_id = t.user_id AND d.removed_at IS NULL
    ON CONFLICT (device_id, alert_id) DO UPDATE
       SET state = 'waiting', attempts = 0, settled_at = NULL, last_error = NULL,
           due_at = greatest(excluded.due_at, p.settled_at + interval '2 minutes')
     WHERE p.state <> 'waiting';
    RETURN NULL;
END $$;
DROP FUNCTION alert_is_for_browsers(alert);
DROP FUNCTION alert_topic(TEXT);
DROP TABLE lot_mute;
ALTER TABLE alert_choice DROP COLUMN pushed;
