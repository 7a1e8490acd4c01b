-- What was found by reading a whole table. The links of a verification's notices, spent together:
CREATE INDEX alarm_link_by_verification ON alarm_link (verification_id);
-- Test messages, listed and counted among everything that was ever sent:
CREATE INDEX outbox_tests ON outbox (instance, created_at) WHERE kind = 'test';
