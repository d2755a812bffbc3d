DROP TABLE outage, pulse, lot_log, lot, sale, dealer, car;
DROP FUNCTION lot_log_is_append_only();
