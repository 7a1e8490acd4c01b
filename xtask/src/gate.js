// What the panel page gives the module, with an instance behind it that never has a token: enough for the field to
// appear and to say so. Whatever happens is reported to the server that waits for it.
window.imperVerify = {
  table: "incident",
  sys_id: "0123456789abcdef0123456789abcdef",
  user_token: "gate",
  token_path: "/no-token",
};

function report(verdict) {
  navigator.sendBeacon("/report?" + new URLSearchParams({ verdict }));
}

window.addEventListener("error", (event) => report("error: " + (event.message || "a script could not be loaded")), true);
window.addEventListener("unhandledrejection", (event) => report("error: " + event.reason));

// The skeleton has nothing to press; what follows it has, and says that there is no token.
const root = document.getElementById("imper-verify");
const watch = setInterval(() => {
  const refused = root.querySelector(".imper-message");
  const shown = root.shadowRoot && root.shadowRoot.querySelector("button:not(dialog button)");
  if (refused) {
    clearInterval(watch);
    report("error: " + refused.textContent);
  } else if (shown) {
    clearInterval(watch);
    report("mounted after " + Math.round(performance.now()) + " ms");
  }
}, 20);

// Better than silence: what is there when nothing has come of it.
setTimeout(() => {
  const shown = root.shadowRoot ? root.shadowRoot.innerHTML : root.innerHTML;
  report("error: after 45 s there is only: " + shown.replace(/<style[^]*?<\/style>/g, "").slice(0, 1500));
}, 45000);
