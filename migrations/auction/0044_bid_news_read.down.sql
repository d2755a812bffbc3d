DROP INDEX lot_log_tells_bidders;
DROP INDEX alert_asks;
