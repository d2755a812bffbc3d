DROP TABLE checkpoint_cosignature;
