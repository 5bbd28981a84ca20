// A foreign OpenID Provider: the certified `oidc-provider` with a strict configuration.
//
// - The APIs' audiences are RFC 8707 resources; every token request must name one.
// - Refresh tokens need `prompt=consent`, and rotate on every use; reuse revokes the whole grant.
// - The ID token has no claim but `sub`, and userinfo rejects a token for the API.
// - Access tokens live for seconds only, so that every session refreshes.
// - A logout at the provider is sent to the client by back-channel logout, with the `sid` of the session.
// - The client authenticates with client_secret_basic, and its secret has characters that must be encoded.
//
// features.mjs has what variables change, for example to what FAPI 2.0 requires, and pages.mjs its own pages.
//
//   node provider.mjs PORT SITE-URL TOKEN-SECONDS
//
// `GET /request-log` returns the grants, the pushed requests and the rejected requests, without tokens.

import { generateKeyPairSync, randomBytes } from 'node:crypto';

import { Provider } from 'oidc-provider';

import { certificateRegistration, certificateSettings, listenWithCertificates } from './certificates.mjs';
import { accessTokenFormat, acrValues, algorithm, detailsRegistration, features, keyRegistration } from './features.mjs';
import { loginWithAcr, portal } from './pages.mjs';
import { API, CLIENT, INTROSPECTING_API, ORDERS } from './settings.mjs';

const [port, site, tokenSeconds] = process.argv.slice(2);
if (!port || !site || !Number(tokenSeconds)) throw new Error('usage: node provider.mjs PORT SITE-URL TOKEN-SECONDS');
const issuer = `http://127.0.0.1:${port}`;
const login = `${site}/auth/login`;

const secretRegistration = { client_secret: CLIENT.secret, token_endpoint_auth_method: 'client_secret_basic' };

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: CLIENT.id,
      ...(keyRegistration ?? certificateRegistration ?? secretRegistration),
      ...detailsRegistration,
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: [`${site}/auth/callback`],
      post_logout_redirect_uris: [`${site}/signed-out`],
      backchannel_logout_uri: `${site}/auth/backchannel-logout`,
      backchannel_logout_session_required: true,
      // The provider allows nothing but https here.
      ...(site.startsWith('https:') && { initiate_login_uri: login }),
    },
    {
      client_id: INTROSPECTING_API.id,
      client_secret: INTROSPECTING_API.secret,
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: [],
      response_types: [],
      redirect_uris: [],
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
  acrValues,
  ...certificateSettings,
  features: {
    ...features,
    backchannelLogout: { enabled: true },
    devInteractions: { enabled: true },
    revocation: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo(_, indicator) {
        const api = [API, ORDERS].find(({ identifier }) => identifier === indicator);
        if (!api) throw new Error(`there is no API ${indicator}`);
        return {
          scope: api.scopes.join(' '),
          audience: api.identifier,
          accessTokenTTL: Number(tokenSeconds),
          accessTokenFormat,
          jwt: { sign: { alg: algorithm } },
        };
      },
    },
  },
  findAccount: (_, sub) => ({
    accountId: sub,
    claims: () => ({ sub, name: `${sub} of elsewhere`, nickname: sub, email: `${sub}@elsewhere.example`, email_verified: true }),
  }),
});

const requestLog = { grants: [], pushed: [], rejected: [] };
provider.on('grant.success', ({ oidc }) => {
  requestLog.grants.push({ grant: oidc.params.grant_type, resource: oidc.params.resource ?? null });
});
provider.on('grant.error', ({ oidc }, { error, error_description: description }) => {
  requestLog.rejected.push({ grant: oidc?.params?.grant_type ?? null, error, description });
});
provider.on('pushed_authorization_request.success', ({ oidc }) => {
  requestLog.pushed.push({ dpop_jkt: oidc.params.dpop_jkt ?? null, signed: oidc.body.request !== undefined });
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
provider.use(loginWithAcr(provider));
provider.use(portal(provider, login));

listenWithCertificates(provider);

provider.listen(Number(port), '127.0.0.1', () => console.log(`oidc-provider at ${issuer}`));

function signingKey() {
  if (algorithm === 'ES256') {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return { ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'one' };
  }
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid: 'one' };
}
