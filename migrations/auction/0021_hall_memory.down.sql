DROP TABLE hall_memory;
