-- The sweeper's question which lots stand still: there are few, and it asks ten times a second.
CREATE INDEX lot_paused ON lot (id) WHERE status = 'paused';
