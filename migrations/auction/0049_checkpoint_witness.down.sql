DROP TABLE checkpoint_witness;
