DROP FUNCTION bid_is_void;
DROP INDEX lot_log_voids;
DROP TABLE bid_void;
