// The portal works without this script. It reports what the browser says of itself, keeps a form from being sent
// twice, counts down to the next code, follows what happens elsewhere, shows a password and says how strong it is.
// Written for old phones, too.
(function () {
  "use strict";

  function report(form) {
    function set(name, value) {
      if (form.elements[name]) {
        form.elements[name].value = value;
      }
    }
    set("script_ran", "1");
    set("webdriver", navigator.webdriver === true ? "1" : "0");
    set("utc_offset", String(-new Date().getTimezoneOffset()));
    set("platform", navigator.platform || "");
    if (typeof navigator.maxTouchPoints === "number") {
      set("touch_points", String(navigator.maxTouchPoints));
    }
    set("window_size", window.outerWidth === 0 && window.outerHeight === 0 ? "0" : "1");
    set("renderer", renderer());
    try {
      set("time_zone", Intl.DateTimeFormat().resolvedOptions().timeZone || "");
    } catch (error) {
      // A browser without Intl: the offset has to do.
    }
  }

  // What draws the page: graphics hardware, or a program on a server.
  function renderer() {
    try {
      var gl = document.createElement("canvas").getContext("webgl");
      var names = gl.getExtension("WEBGL_debug_renderer_info");
      var name = gl.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : gl.RENDERER);
      var release = gl.getExtension("WEBGL_lose_context");
      if (release) {
        release.loseContext();
      }
      return String(name || "");
    } catch (error) {
      return "";
    }
  }

  // A second press within three seconds would find the link spent.
  function sendOnce(form) {
    var last = 0;
    form.addEventListener("submit", function (event) {
      var now = Date.now();
      if (now - last < 3000) {
        event.preventDefault();
      } else {
        last = now;
      }
    });
  }

  function two(number) {
    return (number < 10 ? "0" : "") + number;
  }

  function countDown(form, wait) {
    var left = wait.querySelector("[data-countdown]");
    var end = Date.now() + Number(form.getAttribute("data-after")) * 1000;
    function tick() {
      var seconds = Math.ceil((end - Date.now()) / 1000);
      if (seconds > 0) {
        left.textContent = Math.floor(seconds / 60) + ":" + two(seconds % 60);
        setTimeout(tick, 500);
      } else {
        wait.hidden = true;
        form.hidden = false;
      }
    }
    tick();
  }

  // Shows a password and hides it again. The button is there only with this script.
  function reveal(button) {
    var input = document.getElementById(button.getAttribute("data-reveal"));
    var show = button.textContent;
    var hide = button.getAttribute("data-hide");
    button.hidden = false;
    button.addEventListener("click", function () {
      var hidden = input.type === "password";
      input.type = hidden ? "text" : "password";
      button.textContent = hidden ? hide : show;
      button.setAttribute("aria-pressed", String(hidden));
    });
    // Password managers look for a password.
    input.form.addEventListener("submit", function () {
      input.type = "password";
    });
  }

  // Asks the server how strong a password is, when typing pauses.
  function judge(input) {
    var line = document.getElementById("strength");
    var words = line.querySelector("[data-words]");
    var timer = 0;
    var turn = 0;
    function ask() {
      var mine = (turn += 1);
      var request = new XMLHttpRequest();
      request.open("POST", input.getAttribute("data-strength"));
      request.setRequestHeader("Content-Type", "application/x-www-form-urlencoded");
      request.onload = function () {
        if (mine !== turn || request.status !== 200) {
          return;
        }
        var said = JSON.parse(request.responseText);
        line.setAttribute("data-level", said.level);
        words.textContent = said.words;
        line.hidden = false;
      };
      request.send("form_token=" + encodeURIComponent(input.form.elements.form_token.value) +
        "&password=" + encodeURIComponent(input.value));
    }
    input.addEventListener("input", function () {
      clearTimeout(timer);
      if (input.value) {
        timer = setTimeout(ask, 400);
      } else {
        turn += 1;
        line.hidden = true;
      }
    });
  }

  // Asks now and then whether the page is still right: the code may have gone elsewhere, or somebody may have stopped it.
  // A page on which nothing was typed is drawn anew; otherwise it says so and leaves the rest to its reader.
  function follow(main) {
    var mark = main.getAttribute("data-follow");
    var changed = main.querySelector("[data-changed]");
    function isTyped() {
      return Array.prototype.some.call(main.querySelectorAll("input:not([type=hidden])"), function (input) {
        return input.value !== "";
      });
    }
    function later() {
      setTimeout(ask, 5000);
    }
    function ask() {
      if (document.hidden) {
        later();
        return;
      }
      var request = new XMLHttpRequest();
      request.open("GET", "/verify/state");
      request.onload = function () {
        var isOver = request.status >= 400 && request.status < 500;
        if (!isOver && (request.status !== 200 || request.responseText === mark)) {
          later();
        } else if (isTyped()) {
          changed.hidden = false;
        } else {
          location.replace("/verify");
        }
      };
      request.onerror = later;
      request.send();
    }
    later();
  }

  var begin = document.querySelector("form[data-signals]");
  if (begin) {
    report(begin);
    // A page that was opened in the background has no size until somebody looks at it.
    begin.addEventListener("submit", function () {
      report(begin);
    });
  }
  Array.prototype.forEach.call(document.querySelectorAll("form"), sendOnce);
  Array.prototype.forEach.call(document.querySelectorAll("[data-reveal]"), reveal);
  Array.prototype.forEach.call(document.querySelectorAll("[data-strength]"), judge);
  var followed = document.querySelector("[data-follow]");
  if (followed) {
    follow(followed);
  }
  // Back from the identity provider: the form sends itself.
  var on = document.querySelector("form[data-send] button");
  if (on) {
    on.click();
  }
  var resend = document.querySelector("form[data-after]");
  var wait = document.querySelector(".wait");
  if (resend && wait) {
    countDown(resend, wait);
  }
})();
