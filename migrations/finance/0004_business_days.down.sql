DROP TABLE business_day;
