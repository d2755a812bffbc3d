ALTER TABLE checkpoint_witness DROP COLUMN failing_since;
