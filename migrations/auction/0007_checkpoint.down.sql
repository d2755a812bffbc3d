DROP INDEX lot_log_incidents, lot_log_by_time;
DROP TABLE checkpoint, checkpoint_part, checkpoint_leaf, checkpoint_log;
DROP FUNCTION checkpoint_is_append_only();
