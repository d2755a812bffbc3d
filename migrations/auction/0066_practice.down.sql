DROP TABLE practice_command;
DROP TABLE practice_run;
