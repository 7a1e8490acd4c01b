-- A row that was given up may be tried again by hand: its time begins anew at `revived_at`.
ALTER TABLE outbox ADD COLUMN revived_at INTEGER;
CREATE INDEX outbox_dead ON outbox (ended_at, id) WHERE state = 'dead';
