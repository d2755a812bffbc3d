DROP TABLE vehicle_photo, vehicle_price, condition_report, vehicle_trail, vehicle_source, vehicle;
DROP FUNCTION refuse_change();
