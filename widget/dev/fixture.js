// Development only: verifications to show, and a `fetch` that plays instance, service and requester in the page.

const details = (id) => `https://verify.example.com/console/verifications/${id}`;

/** The parts of a VerificationView that differ from state to state. Times are relative to now, in seconds. */
const changes = {
  sending: { status: "sending", created_at: 0 },
  sent: { status: "sent", sent_at: -2, expires_at: 598, resend_in: 118 },
  sent_resend: { status: "sent", sent_at: -125, expires_at: 475, resend_in: 0 },
  sent_on_file: { status: "sent", sent_at: -2, expires_at: 598, resend_in: 9, destination_on_file: true },
  sent_sms: { status: "sent", sent_at: -2, expires_at: 598, resend_in: 118, channel: "sms", destination: "•••• 4512" },
  sent_last: { status: "sent", sent_at: -400, expires_at: 200, resend_in: null },
  opened: { status: "opened", sent_at: -60, opened_at: -5, expires_at: 540, resend_in: 60 },
  opened_number: { status: "opened", sent_at: -60, opened_at: -5, expires_at: 540, resend_in: 60, call_number: "47" },
  in_progress: { status: "in_progress", sent_at: -90, opened_at: -40, started_at: -30, expires_at: 870 },
  number: { status: "in_progress", sent_at: -90, opened_at: -40, started_at: -30, expires_at: 870, call_number: "47" },
  passed: {
    status: "passed", sent_at: -200, opened_at: -100, started_at: -90, ended_at: -4, outcome: "passed",
    risk_level: "verified", risk_score: 8, recommendation: "proceed",
  },
  medium: {
    status: "passed", sent_at: -200, opened_at: -100, started_at: -90, ended_at: -4, outcome: "passed",
    risk_level: "medium", risk_score: 44, recommendation: "proceed_with_care",
    reasons: [
      "The link went to an address that is not on file for the requester.",
      "The link was opened on two devices.",
      "The browser's time zone differs from the one on file.",
    ],
  },
  failed: {
    status: "failed", sent_at: -200, opened_at: -100, started_at: -90, ended_at: -4, outcome: "failed",
    risk_level: "high", risk_score: 91, recommendation: "reject",
    reasons: [
      "The call number was wrong three times.",
      "The link went to an address that is not on file for the requester.",
      "The browser is driven by a program.",
    ],
  },
  expired: { status: "expired", sent_at: -700, opened_at: -300, ended_at: -60 },
  cancelled: { status: "cancelled", sent_at: -100, ended_at: -3 },
  undeliverable: {
    status: "undeliverable", ended_at: -2, delivery_problem: "The mail server of gmail.com does not know this address",
  },
};

let count = 0;

/** One verification in the named state. */
export function view(state, more = {}) {
  const id = more.id ?? `VER7K3M9QX2A4T${"NPRSWXYZ"[count++ % 8]}`;
  const now = Date.now();
  const own = { ...changes[state] };
  for (const key of Object.keys(own)) {
    if (key.endsWith("_at") && own[key] !== null) own[key] = now + own[key] * 1000;
  }
  return {
    id, outcome: null, risk_level: null, risk_score: null, recommendation: null, reasons: [],
    action: "password_reset", channel: "email", destination: "m•••@gmail.com", destination_on_file: false,
    call_number: null, initiated_by: "Beth Anglin", created_at: now - 210_000, sent_at: null, opened_at: null,
    started_at: null, ended_at: null, expires_at: null, resend_in: null, delivery_problem: null,
    details_url: details(id), ...own, ...more, id,
  };
}

export const states = Object.keys(changes);

/** What an agent token looks like; nobody here checks its signature. */
export function token(requester = "Maya Lindqvist") {
  const part = (value) =>
    btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(value))))
      .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const claims = {
    iss: "https://acme.service-now.com", jti: crypto.randomUUID(), action: "password_reset",
    requester: { sys_id: requester, user_name: "maya.lindqvist", name: requester },
    ticket: { table: "incident", sys_id: "9d38", number: "INC0010023", short_description: "Cannot sign in" },
  };
  return `${part({ alg: "HS256", typ: "imper-agent+jwt", kid: "k" })}.${part(claims)}.c2ln`;
}

/** Replaces `fetch`: after Send, the verification walks to `outcome`, a step every two seconds. */
export function install(outcome) {
  const walk = ["sent", "opened", "number", outcome];
  let present = null;
  let step = 0;
  const json = (value, status = 200) => Promise.resolve(Response.json(value, { status }));
  globalThis.fetch = (input, init) => {
    const request = new Request(input, init);
    const { pathname } = new URL(request.url);
    if (pathname === "/fixture/agent_token") {
      return json({ result: { token: token(), backend_url: location.origin, expires_in: 300 } });
    }
    if (pathname.endsWith("/events")) {
      const bytes = new TextEncoder();
      const body = new ReadableStream({
        async pull(controller) {
          await new Promise((wake) => setTimeout(wake, 2000));
          if (present.status !== "cancelled") present = view(walk[step++] ?? outcome, { id: present.id });
          controller.enqueue(bytes.encode(`event: verification\ndata: ${JSON.stringify(present)}\n\n`));
        },
      });
      return Promise.resolve(new Response(body, { headers: { "Content-Type": "text/event-stream" } }));
    }
    if (pathname.endsWith("/cancel")) return json((present = view("cancelled", { id: present.id })));
    if (request.method === "POST") {
      step = 0;
      return json((present = view("sending", { id: present && pathname.endsWith("/resend") ? present.id : undefined })), 201);
    }
    return json({ verifications: present ? [present] : [], channels: ["email", "sms"] });
  };
}
