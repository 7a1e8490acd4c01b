/*
 * A double of the few Glide classes that the app calls, for Rhino: records in memory, real HMAC and base64 from Java.
 * It is stricter than the platform where that finds mistakes: an unknown column throws.
 */
var world;

function reset() {
    world = {
        now: 1795343000,
        user: { sys_id: id('a'), user_name: 'beth.anglin', name: 'Beth Anglin', roles: ['x_imper_verify.agent'] },
        properties: {
            'glide.servlet.uri': 'https://acme.service-now.com/',
            'x_imper_verify.backend_url': 'https://verify.example.com/',
            'x_imper_verify.key_id': 'key-1',
            'x_imper_verify.token_secret': base64('0123456789abcdef0123456789abcdef'),
            'x_imper_verify.webhook_secret': 'whsec_' + base64('webhook-key-of-24-bytes!')
        },
        unreadable: {},
        log: [],
        columns: {
            incident: ['number', 'short_description', 'description', 'category', 'subcategory', 'caller_id', 'state', 'active',
                'work_notes', 'close_code', 'close_notes', 'resolved_at', 'closed_at', 'sys_updated_on', 'x_imper_verify_outcome',
                'x_imper_verify_id', 'x_imper_verify_url', 'x_imper_verify_risk', 'x_imper_verify_action'],
            sc_req_item: ['number', 'short_description', 'description', 'requested_for', 'state', 'active', 'work_notes', 'close_notes',
                'closed_at', 'sys_updated_on'],
            sys_choice: ['name', 'element', 'value', 'label', 'language', 'inactive', 'sequence'],
            sys_alias: ['id'],
            sys_user: ['user_name', 'name', 'email', 'mobile_phone', 'phone', 'time_zone', 'preferred_language',
                'manager', 'active'],
            x_imper_verify_policy: ['name', 'table_name', 'condition', 'action', 'assurance', 'resolve_automatically',
                'close_automatically', 'order', 'active'],
            x_imper_verify_verification: ['number', 'ticket_table', 'ticket', 'ticket_number', 'task', 'category', 'requester',
                'initiated_by', 'action', 'status', 'outcome', 'risk_level', 'risk_score', 'recommendation', 'channel',
                'destination', 'url', 'report_summary', 'started', 'ended', 'last_sequence', 'action_state', 'action_connector',
                'action_automated', 'action_receipt', 'action_summary', 'action_expires'],
            x_imper_verify_event: ['event_id', 'verification', 'sequence', 'type', 'task', 'ticket_number', 'user', 'occurred_at',
                'applied', 'detail', 'ticket_table', 'policy', 'action', 'reason', 'sys_created_on']
        },
        unique: { x_imper_verify_verification: 'number', x_imper_verify_event: 'event_id' },
        credentials: {},
        rows: {},
        notes: []
    };
    for (var table in world.columns) {
        world.rows[table] = [];
    }
    world.rows.sys_user.push({ sys_id: id('c'), user_name: 'abel.tuter', name: 'Abel Tuter', email: 'abel@example.com',
        mobile_phone: '+1 555 0100', phone: '+1 555 0100', time_zone: 'Europe/Berlin', preferred_language: 'pb' });
    [['state', '6', 'Resolved'], ['state', '7', 'Closed'], ['close_code', 'User error', 'User error'],
        ['close_code', 'Solution provided', 'Solution provided']].forEach(function (choice) {
        offer('incident', choice[0], choice[1], choice[2]);
    });
    offer('task', 'state', '3', 'Closed Complete');
    policy('Password reset', 'category=password_reset^ORsubcategory=password_reset', 'password_reset', 100);
    policy('Account unlock', 'category=account_unlock', 'account_unlock', 200);
    policy('Anything of IT', 'category=it^NQsubcategory=vpn', 'none', 300);
    ticket('1', { category: 'password_reset' });
}

function id(digit) {
    var text = '';
    while (text.length < 32) {
        text += digit;
    }
    return text;
}

function policy(name, condition, action, order) {
    world.rows.x_imper_verify_policy.push({ sys_id: id('f'), name: name, table_name: 'incident', condition: condition,
        action: action, order: String(order), active: '1', resolve_automatically: '0', close_automatically: '1' });
}

function offer(table, element, value, label) {
    world.rows.sys_choice.push({ name: table, element: element, value: value, label: label, language: 'en', inactive: '0',
        sequence: String(world.rows.sys_choice.length) });
}

function ticket(digit, fields) {
    var row = { sys_id: id(digit), number: 'INC000000' + digit, short_description: 'Cannot sign in', description: 'Please help',
        caller_id: id('c'), state: '2', active: '1' };
    for (var name in fields) {
        row[name] = fields[name];
    }
    world.rows.incident.push(row);
    return row;
}

var Bytes = Packages.java.util.Base64;

function utf8(text) {
    return new Packages.java.lang.String(text).getBytes('UTF-8');
}

function base64(text) {
    return String(Bytes.getEncoder().encodeToString(utf8(text)));
}

function unbase64url(text) {
    return String(new Packages.java.lang.String(Bytes.getUrlDecoder().decode(text), 'UTF-8'));
}

function CertificateEncryption() {
}
CertificateEncryption.prototype.generateMac = function (key, algorithm, data) {
    var mac = Packages.javax.crypto.Mac.getInstance(algorithm);
    mac.init(new Packages.javax.crypto.spec.SecretKeySpec(Bytes.getDecoder().decode(key), algorithm));
    return Bytes.getEncoder().encodeToString(mac.doFinal(utf8(data)));
};

var sn_cc = {
    StandardCredentialsProvider: function () {
        this.getCredentialByAliasID = function (sysId) {
            var found = world.credentials[sysId];
            return found === undefined ? null : { getAttribute: function (name) { return found[name]; } };
        };
    }
};

function GlideDateTime() {
}
GlideDateTime.prototype.getValue = function () {
    return '2026-11-22 10:23:20';
};
GlideDateTime.prototype.getNumericValue = function () {
    return world.now * 1000;
};

var Class = {
    create: function () {
        return function () {
            this.initialize.apply(this, arguments);
        };
    }
};

var gs = {
    getProperty: function (name, fallback) {
        return world.properties.hasOwnProperty(name) ? world.properties[name] : fallback;
    },
    hasRole: function (role) { return world.user.roles.indexOf(role) >= 0; },
    getUserID: function () { return world.user.sys_id; },
    getUserName: function () { return world.user.user_name; },
    getUserDisplayName: function () { return world.user.name; },
    generateGUID: function () { return id('9'); },
    base64Encode: base64,
    error: function (text) { world.log.push('error ' + text); },
    warn: function (text) { world.log.push('warn ' + text); },
    info: function (text) { world.log.push('info ' + text); },
    debug: function (text) { world.log.push('debug ' + text); }
};

var sn_ws_err = {
    ServiceError: function () {
        this.setStatus = function (status) { this.status = status; };
        this.setMessage = function (message) { this.message = message; };
        this.setDetail = function (detail) { this.detail = detail; };
    }
};

function copy(row) {
    var same = {};
    for (var field in row) {
        same[field] = row[field];
    }
    return same;
}

function GlideRecord(table) {
    this._table = table;
    this._terms = [];
    this._notNull = [];
    this._orders = [];
    this._limit = Infinity;
    this._row = {};
    this._found = [];
    if (!world.columns[table]) {
        throw new Error('no table ' + table);
    }
    // Assignment of a journal field, as gr.work_notes = text.
    this.work_notes = undefined;
}

GlideRecord.prototype = {
    _known: function (field) {
        if (field !== 'sys_id' && world.columns[this._table].indexOf(field) < 0) {
            throw new Error('no column ' + this._table + '.' + field);
        }
    },
    addQuery: function (field, value, more) {
        this._known(field);
        if (more !== undefined) {
            if (['=', '>'].indexOf(value) < 0) {
                throw new Error('no operator ' + value);
            }
            this._terms.push([[field, String(more), value]]);
            return;
        }
        this._terms.push([[field, value === true ? '1' : value === false ? '0' : String(value)]]);
    },
    addNotNullQuery: function (field) {
        this._known(field);
        this._notNull.push(field);
    },
    addEncodedQuery: function (query) {
        if (query.indexOf('^NQ') >= 0) {
            throw new Error('^NQ would bind to the first alternative only: ' + query);
        }
        var that = this;
        query.split(/\^(?!OR)/).forEach(function (group) {
            that._terms.push(group.split('^OR').map(function (term) {
                return term.split('=');
            }));
        });
    },
    orderBy: function (field) { this._known(field); this._orders.push(field); },
    orderByDesc: function (field) { this._known(field); this._orders.push('-' + field); },
    setLimit: function (most) { this._limit = most; },
    query: function () {
        var that = this;
        this._found = world.rows[this._table].filter(function (row) {
            return that._visible(row) && that._notNull.every(function (field) { return !!row[field]; }) && that._terms.every(function (alternatives) {
                return alternatives.some(function (term) {
                    var value = String(row[term[0]] || '');
                    return term[2] === '>' ? value > term[1] : value === term[1];
                });
            });
        });
        this._found.sort(function (a, b) {
            return that._orders.reduce(function (decided, order) {
                var field = order.replace('-', '');
                var difference = field === 'order' || field === 'sequence' ? parseInt(a[field], 10) - parseInt(b[field], 10)
                    : a[field] < b[field] ? -1 : a[field] > b[field] ? 1 : 0;
                return decided || (order.charAt(0) === '-' ? -difference : difference);
            }, 0);
        });
        this._found = this._found.slice(0, this._limit);
    },
    _visible: function () { return true; },
    next: function () {
        if (this._found.length === 0) {
            return false;
        }
        this._stored = this._found.shift();
        this._row = copy(this._stored);
        return true;
    },
    get: function (field, value) {
        this._terms = [];
        this.addQuery(arguments.length === 1 ? 'sys_id' : field, arguments.length === 1 ? field : value);
        this.query();
        return this.next();
    },
    canRead: function () { return true; },
    getTableName: function () { return this._table; },
    getUniqueValue: function () { return this._row.sys_id; },
    isValidField: function (field) { return world.columns[this._table].indexOf(field) >= 0; },
    getValue: function (field) {
        this._known(field);
        var value = this._row[field];
        return value === undefined || value === '' ? null : value;
    },
    getDisplayValue: function (field) {
        var value = this.getValue(field);
        return value === null ? '' : 'Display of ' + value;
    },
    setValue: function (field, value) {
        this._known(field);
        this._row[field] = value === true ? '1' : value === false ? '0' : String(value);
    },
    initialize: function () { this._row = {}; },
    insert: function () {
        var table = this._table;
        var unique = world.unique[table];
        var row = this._row;
        if (world.rows[table].some(function (other) { return unique !== undefined && other[unique] === row[unique]; })) {
            return null;
        }
        row.sys_id = id('e').substring(0, 30) + (10 + world.rows[table].length);
        world.rows[table].push(row);
        this._stored = row;
        this._row = copy(row);
        return row.sys_id;
    },
    update: function () {
        if (world.refused === this._table || world.refusedState !== undefined && this._row.state === world.refusedState) {
            return null;
        }
        for (var field in this._row) {
            this._stored[field] = this._row[field];
        }
        if (this.work_notes !== undefined) {
            world.notes.push(this.work_notes);
            this.work_notes = undefined;
        }
        world.updates = (world.updates || 0) + 1;
        return this._row.sys_id;
    }
};

function GlideRecordSecure(table) {
    GlideRecord.call(this, table);
}
GlideRecordSecure.prototype = Object.create(GlideRecord.prototype);
GlideRecordSecure.prototype._visible = function (row) {
    return world.unreadable[row.sys_id] !== true;
};

/* The test runner. */
var failures = 0;
var count = 0;

function test(name, body) {
    reset();
    count += 1;
    try {
        body();
    } catch (error) {
        failures += 1;
        print('FAILED ' + name + ': ' + error + (error.stack ? '\n' + error.stack : ''));
    }
}

function equal(actual, expected) {
    var a = JSON.stringify(actual);
    var b = JSON.stringify(expected);
    if (a !== b) {
        throw new Error('expected ' + b + ', got ' + a);
    }
}

function includes(text, part) {
    if (String(text).indexOf(part) < 0) {
        throw new Error('expected ' + JSON.stringify(part) + ' in ' + JSON.stringify(text));
    }
}

function finish() {
    print(count + ' script tests, ' + failures + ' failed');
    if (failures > 0) {
        quit(1);
    }
}
