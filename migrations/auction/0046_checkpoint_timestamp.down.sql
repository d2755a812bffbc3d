DROP TABLE checkpoint_timestamp;
DROP FUNCTION checkpoint_timestamp_stays();
