// The console works without this script. It says when new rows have come, moves through the table by keys, applies a
// filter when it is chosen, and writes times in the reader's own zone.
(() => {
  "use strict";

  const table = document.querySelector("table.list");

  // Times: the page has them in UTC.
  const zone = new Intl.DateTimeFormat(undefined, { timeZoneName: "short" })
    .formatToParts(new Date())
    .find((part) => part.type === "timeZoneName");
  const exact = new Intl.DateTimeFormat("en-GB", {
    day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit",
  });
  for (const time of document.querySelectorAll("time[datetime]")) {
    const local = time.querySelector("[data-local]");
    if (local) {
      local.textContent = exact.format(new Date(time.dateTime)).replace(" at ", ", ");
    }
  }
  if (zone) {
    for (const word of document.querySelectorAll("[data-zone]")) {
      word.textContent = `(${zone.value})`;
    }
  }

  // News: a bar that leads to the rows. The stream ends by itself; it is asked for again when somebody looks.
  const bar = document.getElementById("news");
  if (bar && window.EventSource) {
    let source = null;
    const show = (count) => {
      bar.replaceChildren();
      if (count === 0) {
        return;
      }
      const link = document.createElement("a");
      link.href = bar.dataset.first;
      const number = count >= 99 ? "99 or more" : String(count);
      link.textContent = `${number} new verification${count === 1 ? "" : "s"}`;
      bar.append(link);
    };
    const close = () => {
      source?.close();
      source = null;
    };
    const listen = () => {
      if (source || document.hidden) {
        return;
      }
      source = new EventSource(bar.dataset.from);
      source.addEventListener("news", (event) => show(Number(event.data)));
      source.addEventListener("end", close);
      // A browser would connect again and again; coming back to the page does so once.
      source.addEventListener("error", close);
    };
    document.addEventListener("visibilitychange", () => (document.hidden ? close() : listen()));
    window.addEventListener("pagehide", close);
    listen();
  }

  // Filters that are chosen and not typed apply at once.
  for (const form of document.querySelectorAll("form.filters")) {
    form.addEventListener("change", (event) => {
      if (event.target instanceof HTMLSelectElement) {
        form.requestSubmit();
      }
    });
  }

  // Menus close when one looks elsewhere, and by Escape.
  const menus = [...document.querySelectorAll("details.menu")];
  document.addEventListener("click", (event) => {
    for (const menu of menus) {
      if (menu.open && !menu.contains(event.target)) {
        menu.open = false;
      }
    }
  });
  document.addEventListener("keydown", (event) => {
    const open = menus.find((menu) => menu.open);
    if (event.key === "Escape" && open) {
      open.open = false;
      open.querySelector("summary").focus();
    }
  });

  // Keys of the table.
  const links = table ? [...table.querySelectorAll("tbody th a")] : [];
  const keys = document.getElementById("keys");
  const move = (by) => {
    const at = links.indexOf(document.activeElement);
    const next = at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + by, 0), links.length - 1);
    links[next]?.focus();
    links[next]?.closest("tr").scrollIntoView({ block: "nearest" });
  };
  const actions = {
    j: () => move(1),
    k: () => move(-1),
    "/": () => document.getElementById("q")?.focus(),
    n: () => document.querySelector("a[rel=next]")?.click(),
    p: () => document.querySelector("a[rel=prev]")?.click(),
    "?": () => keys?.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, select, textarea, dialog");
    if (!keys || typing || event.ctrlKey || event.metaKey || event.altKey || !(event.key in actions)) {
      return;
    }
    event.preventDefault();
    actions[event.key]();
  });
})();
