-- Sign-ins to the console that were begun at a company's provider, by the digest of their state. Each belongs to the
-- browser that began it, counts once (taking it deletes it) and for ten minutes. State, nonce and PKCE verifier are
-- derived from `attempt`, so nothing here answers for anybody.
CREATE TABLE console_sign_in (
    state_digest   TEXT PRIMARY KEY,
    instance       TEXT NOT NULL,
    browser_digest TEXT NOT NULL,
    attempt        TEXT NOT NULL,
    next           TEXT NOT NULL,
    expires_at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX console_sign_in_by_expiry ON console_sign_in (expires_at);
