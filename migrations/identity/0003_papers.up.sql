-- Whether we have seen a company's papers (实名认证): without them it takes part in nothing that binds it. Who said so, and when,
-- stands in its trail. Companies from before this question have been let in by hand.
ALTER TABLE dealers
    ADD COLUMN papers TEXT NOT NULL DEFAULT 'missing'
        CONSTRAINT dealers_papers_known CHECK (papers IN ('missing', 'verified'));
UPDATE dealers SET papers = 'verified';
