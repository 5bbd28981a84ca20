// An OpenID Provider that we did not write: the certified `oidc-provider`, set up as a strict one of its kind.
//
// - The APIs' audiences are RFC 8707 resources; one has to be named at every request that wants a token for it.
// - Refresh tokens need `prompt=consent`, and rotate at every use; using one twice revokes them all.
// - The ID token says nothing but `sub`, and a token for the API opens no userinfo.
// - Access tokens live for seconds only, so that everybody has to refresh.
// - The client authenticates with client_secret_basic, and its secret has characters that need encoding there.
//
//   node provider.mjs PORT SITE-URL TOKEN-SECONDS
//
// `GET /ledger` says what was asked for, without any token.

import { generateKeyPairSync, randomBytes } from 'node:crypto';

import { Provider } from 'oidc-provider';

import { API, CLIENT, ORDERS } from './setup.mjs';

const [port, site, tokenSeconds] = process.argv.slice(2);
if (!port || !site || !Number(tokenSeconds)) throw new Error('usage: node provider.mjs PORT SITE-URL TOKEN-SECONDS');
const issuer = `http://127.0.0.1:${port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: CLIENT.id,
      client_secret: CLIENT.secret,
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: [`${site}/auth/callback`],
      post_logout_redirect_uris: [`${site}/signed-out`],
    },
  ],
  jwks: { keys: [signingKey()] },
  cookies: { keys: [randomBytes(32).toString('hex')] },
  claims: { openid: ['sub'], profile: ['name', 'nickname'], email: ['email', 'email_verified'] },
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
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        };
      },
    },
  },
  findAccount: (_, sub) => ({
    accountId: sub,
    claims: () => ({ sub, name: `${sub} of elsewhere`, nickname: sub, email: `${sub}@elsewhere.example`, email_verified: true }),
  }),
});

const ledger = { grants: [], refused: [] };
provider.on('grant.success', ({ oidc }) => {
  ledger.grants.push({ grant: oidc.params.grant_type, resource: oidc.params.resource ?? null });
});
provider.on('grant.error', ({ oidc }, { error, error_description: description }) => {
  ledger.refused.push({ grant: oidc?.params?.grant_type ?? null, error, description });
});
for (const event of ['grant.revoked', 'end_session.success', 'authorization.success']) {
  ledger[event] = 0;
  provider.on(event, () => { ledger[event] += 1; });
}
provider.on('server_error', (_, error) => console.error(error));

provider.use(async (context, next) => {
  if (context.path !== '/ledger') return next();
  context.body = ledger;
});

provider.listen(Number(port), '127.0.0.1', () => console.log(`oidc-provider at ${issuer}`));

function signingKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid: 'one' };
}
