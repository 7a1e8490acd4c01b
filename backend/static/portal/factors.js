// Passkeys, and copying or printing recovery codes. Every page that uses this says what to do without it.
(function () {
  "use strict";

  function bytes(text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    var array = new Uint8Array(plain.length);
    for (var at = 0; at < plain.length; at += 1) {
      array[at] = plain.charCodeAt(at);
    }
    return array.buffer;
  }

  function text(buffer) {
    if (!buffer) {
      return null;
    }
    var plain = Array.prototype.map.call(new Uint8Array(buffer), function (byte) {
      return String.fromCharCode(byte);
    }).join("");
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  function ids(list) {
    return (list || []).map(function (entry) {
      entry.id = bytes(entry.id);
      return entry;
    });
  }

  // What the server sends is JSON; what the browser wants has buffers in it.
  function read(kind, options) {
    var wanted = options.publicKey;
    wanted.challenge = bytes(wanted.challenge);
    if (kind === "create") {
      wanted.user.id = bytes(wanted.user.id);
      wanted.excludeCredentials = ids(wanted.excludeCredentials);
    } else {
      wanted.allowCredentials = ids(wanted.allowCredentials);
    }
    return { publicKey: wanted };
  }

  function write(kind, credential) {
    var response = credential.response;
    var said = { clientDataJSON: text(response.clientDataJSON) };
    if (kind === "create") {
      said.attestationObject = text(response.attestationObject);
    } else {
      said.authenticatorData = text(response.authenticatorData);
      said.signature = text(response.signature);
      said.userHandle = text(response.userHandle);
    }
    return JSON.stringify({
      id: credential.id, rawId: text(credential.rawId), type: credential.type, response: said, extensions: {}
    });
  }

  function ask(form, done, failed) {
    var request = new XMLHttpRequest();
    request.open("POST", form.getAttribute("data-options"));
    request.setRequestHeader("Content-Type", "application/x-www-form-urlencoded");
    request.onload = function () {
      if (request.status === 200) {
        done(JSON.parse(request.responseText));
      } else if (request.status === 404 || request.status === 403) {
        // Something else is being asked by now.
        location.assign(form.getAttribute("data-home") || "/verify");
      } else {
        failed();
      }
    };
    request.onerror = failed;
    request.send("form_token=" + encodeURIComponent(form.elements.form_token.value));
  }

  function passkey(form) {
    var kind = form.getAttribute("data-passkey");
    var button = form.querySelector("button");
    var trouble = form.querySelector("[data-not-done]");
    if (!window.PublicKeyCredential || !navigator.credentials) {
      form.querySelector("[data-unsupported]").hidden = false;
      return;
    }
    button.hidden = false;
    function failed() {
      button.disabled = false;
      trouble.hidden = false;
    }
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      button.disabled = true;
      trouble.hidden = true;
      ask(form, function (options) {
        navigator.credentials[kind](read(kind, options)).then(function (credential) {
          form.elements.credential.value = write(kind, credential);
          form.submit();
        }).catch(failed);
      }, failed);
    });
  }

  function copy(button) {
    if (!navigator.clipboard) {
      return;
    }
    button.hidden = false;
    button.addEventListener("click", function () {
      var items = document.getElementById(button.getAttribute("data-copy")).querySelectorAll("li");
      var lines = Array.prototype.map.call(items, function (item) {
        return item.textContent.trim();
      });
      navigator.clipboard.writeText(lines.join("\n")).then(function () {
        button.textContent = button.getAttribute("data-copied");
      });
    });
  }

  function print(button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      window.print();
    });
  }

  Array.prototype.forEach.call(document.querySelectorAll("form[data-passkey]"), passkey);
  Array.prototype.forEach.call(document.querySelectorAll("[data-copy]"), copy);
  Array.prototype.forEach.call(document.querySelectorAll("[data-print]"), print);
})();
