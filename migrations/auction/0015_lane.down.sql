DROP INDEX lot_to_run;
DROP TABLE sale_paddle;
