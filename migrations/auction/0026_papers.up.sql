-- Dealers whose papers nobody has verified yet: they may not bid (KYC_MISSING).
ALTER TABLE dealer ADD COLUMN papers_missing BOOLEAN NOT NULL DEFAULT false;
