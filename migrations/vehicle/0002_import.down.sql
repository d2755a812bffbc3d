DROP TABLE import_finding, import_row, import_job, import_source;
