// The buttons of applications on a classic form, and GlideModal, which shows a UI page inside this one; anything else
// throws.
(function () {
  'use strict';
  // Names of the browser that an isolated script does not see.
  var HIDDEN = ['window', 'document', 'globalThis', 'self', 'parent', 'top', 'frames', 'jQuery', '$', '$$'];
  var open = [];

  function guard(api, label) {
    return new Proxy(api, {
      get: function (object, name) {
        if (name in object || typeof name === 'symbol') return object[name];
        throw new Error('not emulated: ' + label + '.' + name);
      },
      set: function (object, name) { throw new Error('not emulated: assignment to ' + label + '.' + String(name)); }
    });
  }

  function element(name, className, text) {
    var made = document.createElement(name);
    made.className = className;
    if (text) made.textContent = text;
    return made;
  }

  // Markup that is put into a page does not run its scripts by itself; the platform runs them after it has put it there.
  function runScripts(within) {
    within.querySelectorAll('script').forEach(function (old) {
      var script = document.createElement('script');
      Array.prototype.forEach.call(old.attributes, function (attribute) { script.setAttribute(attribute.name, attribute.value); });
      script.textContent = old.textContent;
      old.replaceWith(script);
    });
  }

  window.GlideModal = function (page, readOnly, width) {
    if (!page) throw new Error('GlideModal needs the name of a UI page');
    var preferences = {};
    var title = '';
    var dialog = null;
    var modal;

    function close() {
      if (!dialog) return;
      var closed = dialog;
      dialog = null;
      open.splice(open.indexOf(modal), 1);
      closed.close();
      closed.remove();
    }

    function show(markup) {
      dialog = element('dialog', 'now-modal');
      dialog.id = page;
      var header = element('div', 'now-modal-header');
      var heading = element('h2', '', title || page);
      heading.id = page + '_title';
      header.appendChild(heading);
      dialog.setAttribute('aria-labelledby', heading.id);
      dialog.style.width = 'min(' + (parseInt(width, 10) || 600) + 'px, calc(100vw - 32px))';
      if (!readOnly) {
        var button = element('button', 'now-modal-close', 'Close');
        button.type = 'button';
        button.addEventListener('click', close);
        header.appendChild(button);
      }
      var body = element('div', 'now-modal-body');
      body.innerHTML = markup;
      dialog.appendChild(header);
      dialog.appendChild(body);
      dialog.addEventListener('cancel', function (event) { event.preventDefault(); if (!readOnly) close(); });
      document.body.appendChild(dialog);
      dialog.showModal();
      open.push(modal);
      runScripts(body);
    }

    function render() {
      if (dialog) throw new Error('GlideModal.render of a dialog that is shown');
      var sent = new URLSearchParams({ sysparm_processor: 'RenderForm', sysparm_name: page });
      Object.keys(preferences).forEach(function (name) { sent.append('sysparm_preference.' + name, preferences[name]); });
      fetch('/xmlhttp.do', { method: 'POST', headers: { 'X-UserToken': window.g_ck }, body: sent }).then(function (answer) {
        return answer.text().then(show);
      });
    }

    modal = guard({
      setTitle: function (text) { title = String(text); },
      setWidth: function (pixels) { width = pixels; },
      setPreference: function (name, value) { preferences[String(name)] = String(value); },
      getPreference: function (name) { return preferences[name]; },
      getID: function () { return page; },
      render: render,
      destroy: close
    }, 'GlideModal');
    return modal;
  };
  // How the page inside finds the dialog around it.
  window.GlideModal.prototype.get = function () { return open[open.length - 1]; };

  JSON.parse(document.getElementById('sn-ui-actions').textContent).forEach(function (action) {
    document.getElementById(action.id).addEventListener('click', function () {
      if (!action.isolated) {
        (0, eval)(action.script);
        (0, eval)(action.onclick);
        return;
      }
      var source = '"use strict";\n' + action.script + '\n;' + action.onclick;
      Function.apply(null, ['g_form', 'GlideModal'].concat(HIDDEN, [source]))(window.g_form, window.GlideModal);
    });
  });
})();
