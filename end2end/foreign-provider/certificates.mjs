// Mutual TLS (RFC 8705): https at MTLS_PORT, with the files server.crt, server.key, ca.crt and client.crt of MTLS_FOLDER.
// MTLS_METHOD is how the client is known: `tls_client_auth` by the name in its certificate, which an authority issued, or
// `self_signed_tls_client_auth` by the certificate itself. Its access tokens are bound to the certificate.

import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';

const { MTLS_PORT: port, MTLS_FOLDER: folder, MTLS_METHOD: method } = process.env;

/** The name in the certificate of the client. */
const CLIENT_NAME = 'client.example.com';

const file = (name) => readFileSync(join(folder, name));

const certificateOf = ({ socket }) => socket.getPeerX509Certificate?.();

export const certificateFeature = {
  enabled: Boolean(port),
  certificateBoundAccessTokens: true,
  selfSignedTlsClientAuth: true,
  tlsClientAuth: true,
  getCertificate: certificateOf,
  certificateAuthorized: ({ socket }) => socket.authorized === true,
  certificateSubjectMatches(context, property, expected) {
    if (property !== 'tls_client_auth_san_dns') return false;
    return certificateOf(context).subjectAltName.split(', ').includes(`DNS:${expected}`);
  },
};

/** What the client is registered with. */
export const certificateRegistration = port && {
  token_endpoint_auth_method: method,
  id_token_signed_response_alg: 'ES256',
  tls_client_certificate_bound_access_tokens: true,
  ...(method === 'tls_client_auth' ? { tls_client_auth_san_dns: CLIENT_NAME } : { jwks: { keys: [registeredKey()] } }),
};

/** The methods, and the aliases of the endpoints (RFC 8705 §5). */
export const certificateSettings = port && {
  clientAuthMethods: ['client_secret_basic', 'tls_client_auth', 'self_signed_tls_client_auth'],
  discovery: {
    mtls_endpoint_aliases: {
      token_endpoint: `https://127.0.0.1:${port}/token`,
      revocation_endpoint: `https://127.0.0.1:${port}/token/revocation`,
      userinfo_endpoint: `https://127.0.0.1:${port}/me`,
      pushed_authorization_request_endpoint: `https://127.0.0.1:${port}/request`,
    },
  },
};

/** A client without a certificate is refused by the endpoints and not by TLS, and one of another authority too. */
export function listenWithCertificates(provider) {
  if (!port) return;
  const options = { cert: file('server.crt'), key: file('server.key'), ca: file('ca.crt'), requestCert: true, rejectUnauthorized: false };
  createServer(options, provider.callback()).listen(Number(port), '127.0.0.1');
}

function registeredKey() {
  const certificate = new X509Certificate(file('client.crt'));
  return { ...certificate.publicKey.export({ format: 'jwk' }), use: 'sig', x5c: [certificate.raw.toString('base64')] };
}
