DROP TABLE asked_return;
