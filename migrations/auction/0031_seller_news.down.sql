DROP INDEX alert_negotiation_seller_unsettled;
ALTER TABLE alert_negotiation
    DROP COLUMN seller_settled_at,
    DROP COLUMN seller_warned_turn,
    DROP COLUMN seller_told_turn;
DROP TABLE seller_news_read;
DROP TABLE seller_news;
