DROP TABLE inbox_replay;
ALTER TABLE outbox DROP CONSTRAINT outbox_set_aside_has_reason;
ALTER TABLE outbox DROP COLUMN set_aside_reason;
ALTER TABLE outbox DROP COLUMN set_aside_at;
