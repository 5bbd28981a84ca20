// A foreign OpenID Provider: the certified `oidc-provider` with a strict configuration.
//
// - The APIs' audiences are RFC 8707 resources; every token request must name one.
// - Refresh tokens need `prompt=consent`, and rotate on every use; reuse revokes the whole grant.
// - The ID token has no claim but `sub`, and userinfo rejects a token for the API.
// - Access tokens live for seconds only, so that every session refreshes.
// - A logout at the provider is sent to the client by back-channel logout, with the `sid` of the session.
// - The client authenticates with client_secret_basic, and its secret has characters that must be encoded.
//
// With the public key of the client it is as FAPI 2.0 requires instead: private_key_jwt, signed and pushed requests, access tokens
// that are bound by DPoP, and ES256 throughout.
//
//   node provider.mjs PORT SITE-URL TOKEN-SECONDS [CLIENT-JWK]
//
// The variables DPOP=0 and DPOP_NONCES=1 make it ignore proofs, or require a nonce in them.
//
// `GET /request-log` returns the grants and rejected requests, without tokens.

import { generateKeyPairSync, randomBytes } from 'node:crypto';

import { Provider } from 'oidc-provider';

import { API, CLIENT, ORDERS } from './settings.mjs';

const [port, site, tokenSeconds, clientJwk] = process.argv.slice(2);
if (!port || !site || !Number(tokenSeconds)) throw new Error('usage: node provider.mjs PORT SITE-URL TOKEN-SECONDS [CLIENT-JWK]');
const issuer = `http://127.0.0.1:${port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: CLIENT.id,
      ...clientAuthentication(),
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: [`${site}/auth/callback`],
      post_logout_redirect_uris: [`${site}/signed-out`],
      backchannel_logout_uri: `${site}/auth/backchannel-logout`,
      backchannel_logout_session_required: true,
    },
  ],
  jwks: { keys: [signingKey()] },
  cookies: { keys: [randomBytes(32).toString('hex')] },
  claims: { openid: ['sub'], profile: ['name', 'nickname'], email: ['email', 'email_verified'] },
  // The default dispatcher refuses connections to this machine, on which the site runs.
  fetch: (url, { dispatcher, ...options }) => fetch(url, options),
  pkce: { required: () => true },
  rotateRefreshToken: true,
  ttl: {
    AccessToken: Number(tokenSeconds),
    AuthorizationCode: 60,
    Grant: 3600,
    IdToken: 3600,
    Interaction: 600,
    RefreshToken: 3600,
    Session: 3600,
  },
  features: {
    backchannelLogout: { enabled: true },
    devInteractions: { enabled: true },
    // RFC 9449, for clients that send proofs.
    dPoP: { enabled: process.env.DPOP !== '0', nonceSecret: randomBytes(32), requireNonce: () => process.env.DPOP_NONCES === '1' },
    revocation: { enabled: true },
    ...(clientJwk && {
      dPoP: { enabled: true },
      pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: true },
      requestObjects: { enabled: true, requireSignedRequestObject: true },
    }),
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo(_, indicator) {
        const api = [API, ORDERS].find(({ identifier }) => identifier === indicator);
        if (!api) throw new Error(`there is no API ${indicator}`);
        return {
          scope: api.scopes.join(' '),
          audience: api.identifier,
          accessTokenTTL: Number(tokenSeconds),
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: clientJwk ? 'ES256' : 'RS256' } },
        };
      },
    },
  },
  findAccount: (_, sub) => ({
    accountId: sub,
    claims: () => ({ sub, name: `${sub} of elsewhere`, nickname: sub, email: `${sub}@elsewhere.example`, email_verified: true }),
  }),
});

const requestLog = { grants: [], rejected: [] };
provider.on('grant.success', ({ oidc }) => {
  requestLog.grants.push({ grant: oidc.params.grant_type, resource: oidc.params.resource ?? null });
});
provider.on('grant.error', ({ oidc }, { error, error_description: description }) => {
  requestLog.rejected.push({ grant: oidc?.params?.grant_type ?? null, error, description });
});
for (const event of ['grant.revoked', 'end_session.success', 'authorization.success', 'backchannel.success']) {
  requestLog[event] = 0;
  provider.on(event, () => { requestLog[event] += 1; });
}
provider.on('backchannel.error', (_, error) => console.error(error));
provider.on('server_error', (_, error) => console.error(error));

provider.use(async (context, next) => {
  if (context.path !== '/request-log') return next();
  context.body = requestLog;
});

provider.listen(Number(port), '127.0.0.1', () => console.log(`oidc-provider at ${issuer}`));

function clientAuthentication() {
  if (!clientJwk) return { client_secret: CLIENT.secret, token_endpoint_auth_method: 'client_secret_basic' };
  return {
    jwks: { keys: [JSON.parse(clientJwk)] },
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'ES256',
    request_object_signing_alg: 'ES256',
    id_token_signed_response_alg: 'ES256',
    dpop_bound_access_tokens: true,
    require_signed_request_object: true,
    require_pushed_authorization_requests: true,
  };
}

function signingKey() {
  if (clientJwk) {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return { ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'one' };
  }
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid: 'one' };
}
