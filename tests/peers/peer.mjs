// Answers one JSON request on standard input with one JSON document: what a neighbour's own library says.
import crypto from 'node:crypto';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const read = async () => {
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
};

const commands = {
  // [{ token, url, params }] -> signatures. A value may be a list.
  'twilio-sign': (cases) => {
    const { getExpectedTwilioSignature } = require('twilio/lib/webhooks/webhooks');
    return cases.map(({ token, url, params }) => getExpectedTwilioSignature(token, url, params));
  },
  // [{ token, url, params | body, signature }] -> verdicts.
  'twilio-validate': (cases) => {
    const { validateRequest, validateRequestWithBody } = require('twilio/lib/webhooks/webhooks');
    return cases.map(({ token, url, params, body, signature }) =>
      body === undefined
        ? validateRequest(token, signature, url, params)
        : validateRequestWithBody(token, signature, url, body),
    );
  },
  // { timestamp, payload } -> a signature by a fresh key, checked by SendGrid's library.
  sendgrid: ({ timestamp, payload }) => {
    const { EventWebhook } = require('@sendgrid/eventwebhook');
    const { publicKey, privateKey } = crypto.generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    const signature = crypto.sign('sha256', Buffer.from(timestamp + payload), privateKey).toString('base64');
    const webhook = new EventWebhook();
    const check = (text) => webhook.verifySignature(webhook.convertPublicKeyToECDSA(key), text, signature, timestamp);
    return { key, signature, valid: check(payload), validIfChanged: check(`${payload} `) };
  },
  // { message (base64), records: { name: TXT } } -> what mailauth makes of each signature.
  dkim: async ({ message, records }) => {
    const { dkimVerify } = require('mailauth/lib/dkim/verify');
    const resolver = async (name, type) => {
      if (type === 'TXT' && records[name]) return [[records[name]]];
      throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
    };
    const { results, headerFrom } = await dkimVerify(Buffer.from(message, 'base64'), { resolver });
    return {
      from: headerFrom,
      results: results.map(({ status, signingDomain, selector, algo, format, modulusLength, bodyHash, bodyHashExpecting }) => ({
        result: status.result, comment: status.comment || null, aligned: status.aligned || null,
        signingDomain, selector, algo, format, modulusLength: modulusLength || null, sameBody: bodyHash === bodyHashExpecting,
      })),
    };
  },
};

const command = commands[process.argv[2]];
if (!command) throw new Error(`no such command: ${process.argv[2]}`);
process.stdout.write(JSON.stringify(await command(await read())));
