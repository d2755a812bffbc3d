-- Since when a witness who is asked has not signed; none while he does.
ALTER TABLE checkpoint_witness ADD COLUMN failing_since TIMESTAMPTZ;
