DROP INDEX lot_log_lowered;
