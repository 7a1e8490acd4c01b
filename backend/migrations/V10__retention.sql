-- Verifications whose addresses have been masked; personal data as a whole follows later, at `erased_at`.
ALTER TABLE verification ADD COLUMN masked_at INTEGER;
CREATE INDEX verification_to_mask ON verification (instance, ended_at) WHERE masked_at IS NULL;
-- … and their evidence last of all.
ALTER TABLE verification ADD COLUMN evidence_erased_at INTEGER;
CREATE INDEX verification_to_forget ON verification (instance, ended_at) WHERE evidence_erased_at IS NULL;

-- The content of an entry may be erased, never rewritten.
CREATE TRIGGER evidence_content_is_only_erased BEFORE UPDATE OF salt, body ON evidence
    WHEN NEW.salt IS NOT NULL OR NEW.body IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END;

-- Entries of the audit log go when their time is over, and only then: retention puts a row here, deletes, and takes the
-- row away again, in one transaction.
CREATE TABLE audit_retention (
    instance TEXT PRIMARY KEY,
    before   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
DROP TRIGGER console_audit_is_never_deleted;
CREATE TRIGGER console_audit_is_never_deleted BEFORE DELETE ON console_audit
    WHEN NOT EXISTS (SELECT 1 FROM audit_retention WHERE instance = OLD.instance AND OLD.at < before)
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

-- What retention looks for by time.
CREATE INDEX message_log_by_time ON message_log (instance, at);
CREATE INDEX outbox_ended ON outbox (instance, ended_at) WHERE ended_at IS NOT NULL;
