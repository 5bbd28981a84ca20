// What variables of the environment change about the provider. Without them it is as provider.mjs says.
//
// | variable | effect |
// |---|---|
// | CLIENT_JWK | the client authenticates with private_key_jwt and this public key |
// | FAPI_PARTS | which of `par jar dpop` the client with CLIENT_JWK must use; all of them by default |
// | PAR=1 | only pushed requests are accepted |
// | DPOP=0, DPOP_NONCES=1 | proofs are ignored, or need a nonce |
// | RICH_AUTHORIZATION | the type `payment_initiation` is supported, and granted `whole`, with a `lower` amount, or `not`; or `forbidden` |
// | ACR_VALUES | classes that a login satisfies if they are requested; the first requested one is in the ID token |
// | CLAIMS=1 | the parameter `claims` is supported |
// | OPAQUE=1 | access tokens are opaque, and an API can introspect them |
// | MTLS_PORT, MTLS_FOLDER, MTLS_METHOD | the client authenticates with a certificate: see certificates.mjs |
//
// With CLIENT_JWK or a certificate, everything is signed with ES256.

import { randomBytes } from 'node:crypto';

import { errors } from 'oidc-provider';

import { certificateFeature } from './certificates.mjs';

const { env } = process;

const clientJwk = env.CLIENT_JWK && JSON.parse(env.CLIENT_JWK);

/** The algorithm of all signatures. FAPI 2.0 does not allow RS256. */
export const algorithm = clientJwk || env.MTLS_PORT ? 'ES256' : 'RS256';

const parts = new Set(clientJwk ? (env.FAPI_PARTS ?? 'par jar dpop').split(' ') : []);

export const acrValues = env.ACR_VALUES?.split(' ') ?? [];

export const accessTokenFormat = env.OPAQUE === '1' ? 'opaque' : 'jwt';

export const features = {
  claimsParameter: { enabled: env.CLAIMS === '1' },
  // RFC 9449, for clients that send proofs.
  dPoP: { enabled: env.DPOP !== '0', nonceSecret: randomBytes(32), requireNonce: () => env.DPOP_NONCES === '1' },
  introspection: { enabled: env.OPAQUE === '1' },
  mTLS: certificateFeature,
  pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: parts.has('par') || env.PAR === '1' },
  requestObjects: { enabled: parts.has('jar'), requireSignedRequestObject: parts.has('jar') },
  richAuthorizationRequests: richAuthorization(env.RICH_AUTHORIZATION),
};

/** What the client with CLIENT_JWK is registered with. */
export const keyRegistration = clientJwk && {
  jwks: { keys: [clientJwk] },
  token_endpoint_auth_method: 'private_key_jwt',
  token_endpoint_auth_signing_alg: 'ES256',
  id_token_signed_response_alg: 'ES256',
  dpop_bound_access_tokens: parts.has('dpop'),
  require_pushed_authorization_requests: parts.has('par'),
  ...(parts.has('jar') && { request_object_signing_alg: 'ES256', require_signed_request_object: true }),
};

/** The types of authorization details that the client may request. */
export const detailsRegistration = env.RICH_AUTHORIZATION
  && { authorization_details_types: env.RICH_AUTHORIZATION === 'forbidden' ? [] : ['payment_initiation'] };

/** Authorization details (RFC 9396): what of the requested details a user is made to grant. */
function richAuthorization(granted) {
  if (!granted) return { enabled: false };
  const grant = (detail) => ({
    whole: [detail],
    lower: [{ ...detail, amount: '1.00' }],
    not: [],
  })[granted];
  return {
    enabled: true,
    types: {
      payment_initiation: {
        validate(_, { amount }) {
          if (typeof amount !== 'string') throw new errors.InvalidAuthorizationDetails('a payment needs an amount');
        },
      },
    },
    authorizationDetailsForGrantSource({ oidc }) {
      const requested = oidc.params.authorization_details;
      return requested && JSON.parse(requested).flatMap(grant);
    },
    authorizationDetailsForAccessToken: (_, __, source) => source.rar,
    authorizationDetailsForIntrospection: (_, token) => token.rar,
  };
}
