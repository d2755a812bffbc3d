DROP TABLE negotiation_log, negotiation;
DROP FUNCTION negotiation_log_is_append_only();
DROP INDEX lot_provisional;
