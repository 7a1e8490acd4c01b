// g_form: the part of the client API that pages inside the form may use; anything else throws.
(function () {
  'use strict';
  var form = document.querySelector('form.record');
  if (!form) return;
  var table = form.dataset.table;
  function control(field) {
    return document.getElementById(table + '.' + field) || document.getElementById('sys_display.' + table + '.' + field);
  }
  function message(level, text) {
    var line = document.createElement('p');
    line.className = 'message ' + level;
    line.setAttribute('role', level === 'error' ? 'alert' : 'status');
    line.textContent = text;
    document.getElementById('output_messages').appendChild(line);
  }
  var api = {
    getTableName: function () { return table; },
    getUniqueValue: function () { return form.dataset.sysId; },
    isNewRecord: function () { return form.dataset.sysId === '-1'; },
    getValue: function (field) {
      var element = control(field);
      if (!element) return '';
      if (element.type === 'checkbox') return String(element.checked);
      return element.dataset.value !== undefined ? element.dataset.value : element.value;
    },
    setValue: function (field, value) {
      var element = control(field);
      if (element) element.value = value;
    },
    getDisplayBox: function (field) { return document.getElementById('sys_display.' + table + '.' + field); },
    addInfoMessage: function (text) { message('info', text); },
    addErrorMessage: function (text) { message('error', text); },
    clearMessages: function () { document.getElementById('output_messages').textContent = ''; },
    save: function () { (document.getElementById('sysverb_update_and_stay') || document.getElementById('sysverb_insert_and_stay')).click(); },
    submit: function () { (document.getElementById('sysverb_update') || document.getElementById('sysverb_insert')).click(); }
  };
  window.g_form = new Proxy(api, {
    get: function (object, name) {
      if (name in object || typeof name === 'symbol') return object[name];
      throw new Error('not emulated: g_form.' + name);
    }
  });
})();
