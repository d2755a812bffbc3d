DROP TABLE alert;
DROP TRIGGER lot_is_followed ON lot;
DROP FUNCTION alert_lot_begins();
DROP TABLE alert_lot;
DROP TABLE lot_party;
DROP TABLE alert_choice;
DROP TABLE saved_search;
