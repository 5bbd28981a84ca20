// A foreign OpenID Provider with the grants besides code and refresh token: `oidc-provider` with client credentials and CIBA.
// It approves every login on another device, except those of `mallory`, who denies.
//
//   node grants.mjs PORT
import { generateKeyPairSync, randomBytes } from 'node:crypto';

import { errors, Provider } from 'oidc-provider';

import { API, CLIENT } from './settings.mjs';

const [port] = process.argv.slice(2);
if (!port) throw new Error('usage: node grants.mjs PORT');

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: CLIENT.id,
      client_secret: CLIENT.secret,
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: ['client_credentials', 'urn:openid:params:grant-type:ciba'],
      response_types: [],
      redirect_uris: [],
      backchannel_token_delivery_mode: 'poll',
    },
  ],
  jwks: { keys: [signingKey()] },
  cookies: { keys: [randomBytes(32).toString('hex')] },
  scopes: ['openid', ...API.scopes],
  features: {
    ciba: {
      enabled: true,
      deliveryModes: ['poll'],
      processLoginHint: (_, hint) => JSON.parse(hint).sub,
      triggerAuthenticationDevice(_, request, __, ___) {
        setTimeout(() => decide(request).catch(console.error), 100);
      },
      validateBindingMessage() {},
      validateRequestContext() {},
      verifyUserCode() {},
    },
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo(_, indicator) {
        if (indicator !== API.identifier) throw new errors.InvalidTarget();
        return {
          scope: API.scopes.join(' '),
          audience: API.identifier,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        };
      },
    },
  },
  findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
});
provider.on('server_error', (_, error) => console.error(error));
provider.on('grant.error', (_, error) => console.error(error.error, error.error_description));

/** Does what the user would do on the device. */
async function decide(request) {
  if (request.accountId === 'mallory') {
    await provider.backchannelResult(request, new errors.AccessDenied());
    return;
  }
  const grant = new provider.Grant({ clientId: request.clientId, accountId: request.accountId });
  grant.addOIDCScope('openid');
  grant.addResourceScope(API.identifier, API.scopes.join(' '));
  await grant.save();
  await provider.backchannelResult(request, grant);
}

provider.listen(Number(port), '127.0.0.1', () => console.log(`oidc-provider at http://127.0.0.1:${port}`));

function signingKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid: 'one' };
}
