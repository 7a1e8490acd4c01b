-- Where verifications were begun from, for signals that look back. Of an address only a keyed digest and the network
-- (24 bits of IPv4, 48 of IPv6) are kept. `body` holds what was known about the network.
CREATE TABLE origin (
    verification_id  TEXT PRIMARY KEY REFERENCES verification (id),
    instance         TEXT NOT NULL,
    requester_sys_id TEXT NOT NULL,
    at               INTEGER NOT NULL,
    device_digest    TEXT,
    network          TEXT,
    asn              INTEGER,
    country          TEXT,
    body             TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX origin_by_requester ON origin (instance, requester_sys_id, at);
CREATE INDEX origin_by_device ON origin (instance, device_digest, at) WHERE device_digest IS NOT NULL;
CREATE INDEX origin_by_network ON origin (instance, network, at) WHERE network IS NOT NULL;
CREATE INDEX origin_by_time ON origin (at);

-- The networks from which the link of a verification was opened, each once.
CREATE TABLE opening (
    verification_id TEXT NOT NULL REFERENCES verification (id),
    network         TEXT NOT NULL,
    at              INTEGER NOT NULL,
    PRIMARY KEY (verification_id, network)
) STRICT, WITHOUT ROWID;
CREATE INDEX opening_by_time ON opening (at);

-- Since when each contact of a requester is known to be on file, by keyed digest of the address.
CREATE TABLE contact_on_file (
    instance         TEXT NOT NULL,
    requester_sys_id TEXT NOT NULL,
    digest           TEXT NOT NULL,
    first_seen_at    INTEGER NOT NULL,
    PRIMARY KEY (instance, requester_sys_id, digest)
) STRICT, WITHOUT ROWID;

-- Verifications whose personal data was erased by retention.
ALTER TABLE verification ADD COLUMN erased_at INTEGER;
CREATE INDEX verification_to_erase ON verification (instance, ended_at) WHERE erased_at IS NULL;

-- Failed verifications of the last hour, for the signal that sees a wave.
CREATE INDEX verification_by_failure ON verification (instance, ended_at) WHERE outcome = 'failed';
