// Runs the client scripts of UI actions with the API of workspaces; anything else throws.
(function () {
  'use strict';
  var record = JSON.parse(document.getElementById('sn-record').textContent);
  var root = document.querySelector('sn-record-page').shadowRoot;
  // Names of the browser that a script of a workspace does not see.
  var HIDDEN = ['window', 'document', 'globalThis', 'self', 'parent', 'top', 'frames', 'jQuery', '$', '$$', 'GlideModal', 'GlideDialogWindow'];
  var WIDTHS = { sm: '420px', md: '600px', lg: '800px', fw: '100%' };
  var OPTIONS = ['title', 'url', 'size', 'height', 'modalHeight', 'modalWidth', 'showClose', 'closeOnEscape', 'hasLoadingMessage', 'hideOverlay'];

  function guard(api, label) {
    return new Proxy(api, {
      get: function (object, name) {
        if (name in object || typeof name === 'symbol') return object[name];
        throw new Error('not emulated: ' + label + '.' + name);
      },
      set: function (object, name) { throw new Error('not emulated: assignment to ' + label + '.' + String(name)); }
    });
  }

  function message(level, text) {
    var line = document.createElement('p');
    line.className = 'message ' + level;
    line.setAttribute('role', level === 'error' ? 'alert' : 'status');
    line.textContent = text;
    document.getElementById('output_messages').appendChild(line);
  }

  function length(value) { return /^\d+$/.test(String(value)) ? value + 'px' : String(value); }

  function element(name, className, text) {
    var made = document.createElement(name);
    made.className = className;
    if (text) made.textContent = text;
    return made;
  }

  function showFrame(options) {
    if (typeof options === 'string') options = { url: options };
    Object.keys(options).forEach(function (name) {
      if (OPTIONS.indexOf(name) < 0) throw new Error('not emulated: g_modal.showFrame with ' + name);
    });
    var size = options.size || 'lg';
    if (!WIDTHS[size]) throw new Error('g_modal.showFrame knows no size ' + size);
    var dialog = element('dialog', 'now-modal');
    var header = element('div', 'now-modal-header');
    var title = element('h2', '', options.title || '');
    title.id = 'now-modal-title';
    header.appendChild(title);
    dialog.setAttribute('aria-labelledby', title.id);
    dialog.style.width = 'min(' + (options.modalWidth ? length(options.modalWidth) : WIDTHS[size]) + ', calc(100vw - 32px))';
    if (options.showClose !== false) {
      var close = element('button', 'now-modal-close', 'Close');
      close.addEventListener('click', function () { dialog.close(); });
      header.appendChild(close);
    }
    var body = element('div', 'now-modal-body');
    body.style.height = length(options.height || '153.75px');
    var frame = element('iframe', 'now-modal-frame');
    frame.title = options.title || 'Content';
    frame.src = options.url;
    body.appendChild(frame);
    dialog.appendChild(header);
    dialog.appendChild(body);
    dialog.addEventListener('cancel', function (event) { if (!options.closeOnEscape) event.preventDefault(); });
    root.appendChild(dialog);
    dialog.showModal();
    return new Promise(function (resolve) {
      dialog.addEventListener('close', function () { dialog.remove(); resolve(); });
    });
  }

  var form = guard({
    getTableName: function () { return record.table; },
    getUniqueValue: function () { return record.sys_id; },
    getSysId: function () { return record.sys_id; },
    isNewRecord: function () { return false; },
    getValue: function (field) { return record.values[field] || ''; },
    addInfoMessage: function (text) { message('info', text); },
    addErrorMessage: function (text) { message('error', text); }
  }, 'g_form');
  var modal = guard({ showFrame: showFrame }, 'g_modal');
  var user = guard({ userID: record.user }, 'g_user');
  function getMessage(key) { return key; }

  record.actions.forEach(function (action) {
    root.querySelector('[data-action="' + action.id + '"]').addEventListener('click', function () {
      var source = '"use strict";\n' + action.script + '\nreturn onClick(g_form);';
      var run = Function.apply(null, ['g_form', 'g_modal', 'g_user', 'getMessage'].concat(HIDDEN, [source]));
      run(form, modal, user, getMessage);
    });
  });
})();
