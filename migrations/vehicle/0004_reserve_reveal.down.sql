DROP TABLE reserve_reveal;
