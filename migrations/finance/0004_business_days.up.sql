-- What the auction's calendar says of days that are not what their weekday says: a buyer has to pay in business days.
CREATE TABLE business_day (
    day       DATE PRIMARY KEY,
    kind      TEXT NOT NULL CONSTRAINT business_day_kind_known CHECK (kind IN ('holiday', 'workday', 'ordinary')),
    name      TEXT NOT NULL,
    heard_seq BIGINT NOT NULL               -- the change's number: of two the higher is the newer
);
