DROP TABLE report_change;
