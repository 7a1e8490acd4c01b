-- Two more columns that lists ask for: the channel of the link, and the codes of the findings that raised the risk, with
-- blanks between them.
ALTER TABLE verification ADD COLUMN channel TEXT NOT NULL DEFAULT 'email';
ALTER TABLE verification ADD COLUMN codes TEXT NOT NULL DEFAULT '';
UPDATE verification SET channel = COALESCE(json_extract(body, '$.destination.channel'), 'email'),
    codes = COALESCE((SELECT group_concat(code, ' ') FROM (
        SELECT DISTINCT json_extract(value, '$.code') AS code
        FROM json_each(verification.body, '$.state.Decided.decision.report.findings')
        WHERE json_extract(value, '$.weight') > 0)), '');

-- The verifications as the console lists them: narrow rows beside the aggregates, kept by triggers, so that a list never
-- reads a body and whatever writes a verification (retention, too) is seen here in the same transaction.
--
-- `place` is the order of time: milliseconds of the creation times 1024, plus a counter within the millisecond. It is
-- the last column of every index below, and the row number of the full-text index: each of them can be read in the
-- order of time from any place on, in both directions.
CREATE TABLE listing (
    place           INTEGER PRIMARY KEY,
    verification_id TEXT NOT NULL UNIQUE,
    instance        TEXT NOT NULL,
    ticket_number   TEXT NOT NULL COLLATE NOCASE,
    requester_name  TEXT NOT NULL COLLATE NOCASE,
    requester_email TEXT NOT NULL,
    status          TEXT NOT NULL,
    risk_level      TEXT,
    risk_score      INTEGER,
    category        TEXT NOT NULL,
    agent_sys_id    TEXT NOT NULL,
    agent_name      TEXT NOT NULL,
    channel         TEXT NOT NULL,
    took_ms         INTEGER,
    codes           TEXT NOT NULL,
    -- What people search for: each word by its beginning. The digits of a ticket's number are words of their own.
    words           TEXT GENERATED ALWAYS AS (
        ticket_number || ' ' || ltrim(upper(ticket_number), 'ABCDEFGHIJKLMNOPQRSTUVWXYZ') || ' '
        || ltrim(upper(ticket_number), 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0') || ' '
        || requester_name || ' ' || requester_email || ' ' || verification_id) VIRTUAL,
    -- What filters ask for, as words of a letter and a value: instance, status, risk, category, agent, channel, codes
    -- (g). Free texts are in hexadecimal, so that each stays one word. The full-text index intersects them.
    facets          TEXT GENERATED ALWAYS AS (
        'i' || lower(hex(instance)) || ' s' || replace(status, '_', '') || ' r' || COALESCE(risk_level, 'none')
        || ' c' || lower(hex(category)) || ' a' || lower(hex(agent_sys_id)) || ' h' || channel
        || CASE codes WHEN '' THEN '' ELSE ' g' || replace(replace(codes, '_', ''), ' ', ' g') END) VIRTUAL
) STRICT;

INSERT INTO listing (place, verification_id, instance, ticket_number, requester_name, requester_email, status, risk_level,
        risk_score, category, agent_sys_id, agent_name, channel, took_ms, codes)
    SELECT created_at * 1024 + row_number() OVER (PARTITION BY created_at ORDER BY rowid) - 1,
        id, instance, ticket_number, requester_name, requester_email, status, risk_level, risk_score, category,
        agent_sys_id, agent_name, channel,
        ended_at - created_at, codes
    FROM verification ORDER BY created_at, rowid;

CREATE INDEX listing_by_time ON listing (instance, place, status, risk_level, took_ms, agent_sys_id);
CREATE INDEX listing_by_ticket ON listing (instance, ticket_number);
CREATE INDEX listing_by_requester ON listing (instance, requester_name);
CREATE INDEX listing_by_category ON listing (instance, category);
CREATE INDEX listing_by_agent ON listing (instance, agent_name, agent_sys_id);

CREATE VIRTUAL TABLE listing_text USING fts5 (words, facets, content = 'listing', content_rowid = 'place',
    tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3 4', columnsize = 0);
INSERT INTO listing_text (rowid, words, facets) SELECT place, words, facets FROM listing ORDER BY place;

CREATE TRIGGER listing_indexes_new_rows AFTER INSERT ON listing BEGIN
    INSERT INTO listing_text (rowid, words, facets) VALUES (NEW.place, NEW.words, NEW.facets);
END;
CREATE TRIGGER listing_indexes_changed_rows AFTER UPDATE ON listing
    WHEN OLD.words IS NOT NEW.words OR OLD.facets IS NOT NEW.facets BEGIN
    INSERT INTO listing_text (listing_text, rowid, words, facets) VALUES ('delete', OLD.place, OLD.words, OLD.facets);
    INSERT INTO listing_text (rowid, words, facets) VALUES (NEW.place, NEW.words, NEW.facets);
END;
CREATE TRIGGER listing_forgets_deleted_rows AFTER DELETE ON listing BEGIN
    INSERT INTO listing_text (listing_text, rowid, words, facets) VALUES ('delete', OLD.place, OLD.words, OLD.facets);
END;

CREATE TRIGGER verification_is_listed AFTER INSERT ON verification BEGIN
    INSERT INTO listing (place, verification_id, instance, ticket_number, requester_name, requester_email, status,
            risk_level, risk_score, category, agent_sys_id, agent_name, channel, took_ms, codes)
        VALUES (COALESCE((SELECT MAX(place) FROM listing
                WHERE place BETWEEN NEW.created_at * 1024 AND NEW.created_at * 1024 + 1023), NEW.created_at * 1024 - 1) + 1,
            NEW.id, NEW.instance, NEW.ticket_number, NEW.requester_name, NEW.requester_email, NEW.status,
            NEW.risk_level, NEW.risk_score, NEW.category, NEW.agent_sys_id, NEW.agent_name,
            NEW.channel, NEW.ended_at - NEW.created_at, NEW.codes);
END;
CREATE TRIGGER verification_is_listed_anew AFTER UPDATE ON verification
    WHEN OLD.status IS NOT NEW.status OR OLD.risk_level IS NOT NEW.risk_level OR OLD.risk_score IS NOT NEW.risk_score
        OR OLD.ended_at IS NOT NEW.ended_at OR OLD.codes IS NOT NEW.codes OR OLD.channel IS NOT NEW.channel
        OR OLD.ticket_number IS NOT NEW.ticket_number OR OLD.category IS NOT NEW.category
        OR OLD.requester_name IS NOT NEW.requester_name OR OLD.requester_email IS NOT NEW.requester_email
        OR OLD.agent_sys_id IS NOT NEW.agent_sys_id OR OLD.agent_name IS NOT NEW.agent_name BEGIN
    UPDATE listing SET ticket_number = NEW.ticket_number, requester_name = NEW.requester_name,
        requester_email = NEW.requester_email, status = NEW.status, risk_level = NEW.risk_level,
        risk_score = NEW.risk_score, category = NEW.category, agent_sys_id = NEW.agent_sys_id,
        agent_name = NEW.agent_name, took_ms = NEW.ended_at - NEW.created_at,
        channel = NEW.channel, codes = NEW.codes
        WHERE verification_id = NEW.id;
END;
CREATE TRIGGER verification_is_listed_no_more AFTER DELETE ON verification BEGIN
    DELETE FROM listing WHERE verification_id = OLD.id;
END;

-- What lists asked for before.
DROP INDEX verification_by_status;
DROP INDEX verification_by_risk;
