// A real OpenID provider (npm oidc-provider) for tests, on a free port of this machine.
//
// It prints {"issuer"} on a line, then waits for one line of JSON on standard input:
//   { clients: [{ client_id, client_secret, redirect_uris }], accounts: { name: { claim: value } } }
// and prints {"ready": true}. It ends with its standard input.
//
// Its sign-in page asks for an account name and nothing else. "name!fault" signs in as that name, and the ID token is
// then changed and signed again with the provider's own key: what no honest provider does, by one that is real
// otherwise. Faults: audience, expired, nonce, issuer, stranger (signed by a key that is not the provider's).
import http from 'node:http';
import readline from 'node:readline';
import { Provider } from 'oidc-provider';
import { SignJWT, decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair } from 'jose';

const lines = readline.createInterface({ input: process.stdin });
let handle = (request, response) => response.writeHead(503).end();
const server = http.createServer((request, response) => handle(request, response));
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
// Not localhost, where the service is: to a browser these are two sites, as in life.
const issuer = `http://127.0.0.1:${server.address().port}`;
console.log(JSON.stringify({ issuer }));

const { clients, accounts } = JSON.parse((await lines[Symbol.asyncIterator]().next()).value);
const own = await generateKeyPair('RS256', { extractable: true });
const stranger = await generateKeyPair('RS256');
const jwk = { ...(await exportJWK(own.privateKey)), kid: 'own', alg: 'RS256', use: 'sig' };
const nameOf = (account) => account.split('!')[0];

const faults = {
  audience: (claims) => ({ ...claims, aud: 'another-client' }),
  expired: (claims) => ({ ...claims, iat: claims.iat - 7200, exp: claims.iat - 3600 }),
  nonce: (claims) => ({ ...claims, nonce: 'another' }),
  issuer: (claims) => ({ ...claims, iss: 'https://evil.example' }),
  stranger: (claims) => claims,
};

const provider = new Provider(issuer, {
  clients,
  jwks: { keys: [jwk] },
  cookies: { keys: ['only for tests'] },
  pkce: { required: () => true },
  conformIdTokenClaims: false,
  claims: { openid: ['sub'], profile: ['preferred_username', 'name'], email: ['email', 'email_verified'] },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  ttl: { Session: 3600, Interaction: 3600, Grant: 3600, IdToken: 3600, AccessToken: 3600 },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: nameOf(id), ...accounts[nameOf(id)] }),
  }),
  // Nobody is asked for consent: the company has given it.
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({
      clientId: ctx.oidc.client.clientId,
      accountId: ctx.oidc.session.accountId,
    });
    grant.addOIDCScope('openid profile email');
    await grant.save();
    return grant;
  },
});

provider.use(async (ctx, next) => {
  await next();
  const fault = ctx.oidc?.route === 'token' && ctx.body?.id_token && ctx.oidc.account?.accountId.split('!')[1];
  if (!fault) return;
  const claims = faults[fault](decodeJwt(ctx.body.id_token));
  const key = fault === 'stranger' ? stranger.privateKey : own.privateKey;
  const token = new SignJWT(claims).setProtectedHeader(decodeProtectedHeader(ctx.body.id_token));
  ctx.body = { ...ctx.body, id_token: await token.sign(key) };
});

const page = (name) => `<!doctype html><html lang="en"><title>Acme Sign-On</title><h1>Acme Sign-On</h1>
<form method="post"><label>Account <input id="account" name="account" value="${name}" autofocus></label>
<button id="sign-in">Sign in</button> <button id="cancel" name="cancel" value="1">Cancel</button></form></html>`;

const body = async (request) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
};

const callback = provider.callback();
handle = async (request, response) => {
  if (!request.url.startsWith('/interaction/')) return callback(request, response);
  try {
    await provider.interactionDetails(request, response);
    if (request.method !== 'POST') {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page(''));
      return undefined;
    }
    const form = await body(request);
    const account = form.get('account') ?? '';
    const known = Object.hasOwn(accounts, nameOf(account));
    const result = form.has('cancel') || !known
      ? { error: 'access_denied', error_description: 'The person ended the sign-in' }
      : { login: { accountId: account, amr: ['pwd'] } };
    return await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  } catch (error) {
    return response.writeHead(500, { 'content-type': 'text/plain' }).end(String(error));
  }
};
console.log(JSON.stringify({ ready: true }));
lines.once('close', () => process.exit(0));
