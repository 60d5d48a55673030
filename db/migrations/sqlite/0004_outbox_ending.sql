-- Which overlays end at a place in the feed: asked after every answer and every batch, whatever waits in the queue.
CREATE INDEX IF NOT EXISTS outbox_ending ON outbox (outcome_seq) WHERE passed = 0 AND state IN ('acked', 'quarantined');
