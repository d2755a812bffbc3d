DROP TRIGGER alert_is_pushed_again ON alert;
DROP TRIGGER alert_is_pushed ON alert;
DROP FUNCTION alert_goes_out_again();
DROP FUNCTION alert_goes_out();
DROP TABLE push_delivery;
DROP TABLE push_device;
DROP TABLE push_key;
