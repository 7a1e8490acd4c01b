-- Sign-ins at an identity provider that a portal session has begun, by the digest of their state. Each counts once and
-- for ten minutes. State, nonce and PKCE verifier are derived from `attempt`, so nothing here answers for anybody.
CREATE TABLE sign_in (
    state_digest    TEXT PRIMARY KEY,
    instance        TEXT NOT NULL,
    verification_id TEXT NOT NULL REFERENCES verification (id),
    cookie_digest   TEXT NOT NULL,
    attempt         TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    spent_at        INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_in_by_verification ON sign_in (verification_id);
CREATE INDEX sign_in_by_expiry ON sign_in (expires_at);

-- Links that ask a manager, by the digest of their secret; replaced and answered ones too, each has its own page.
CREATE TABLE approval_link (
    token_digest    TEXT PRIMARY KEY,
    instance        TEXT NOT NULL,
    verification_id TEXT NOT NULL REFERENCES verification (id),
    link_id         TEXT NOT NULL,
    expires_at      INTEGER NOT NULL,
    answered_at     INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX approval_link_by_verification ON approval_link (verification_id);
