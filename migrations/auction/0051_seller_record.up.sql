-- How often a seller lowered his reserves stands in the logs of his lots: a handful of lines among millions.
CREATE INDEX lot_log_lowered ON lot_log (admitted_at) WHERE command = 'reserve_lowered' AND seq IS NOT NULL;
