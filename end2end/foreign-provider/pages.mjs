// Pages besides those of `oidc-provider`.

import { text } from 'node:stream/consumers';

import { acrValues } from './features.mjs';

/** Answers the login form as if the user had done what the requested authentication context class needs. */
export function loginWithAcr(provider) {
  return async ({ method, path, req, res }, next) => {
    if (!acrValues.length || method !== 'POST' || !path.startsWith('/interaction/')) return next();
    const { params, prompt } = await provider.interactionDetails(req, res);
    if (prompt.name !== 'login') return next();
    const accountId = new URLSearchParams(await text(req)).get('login');
    const acr = requestedAcr(params).find((value) => acrValues.includes(value));
    const login = { accountId, ...(acr && { acr, amr: ['pwd', 'otp'] }) };
    return provider.interactionFinished(req, res, { login }, { mergeWithLastSubmission: false });
  };
}

function requestedAcr({ claims, acr_values: voluntary }) {
  const essential = JSON.parse(claims ?? '{}').id_token?.acr?.values;
  return essential ?? voluntary?.split(' ') ?? [];
}

/**
 * `GET /portal`: what a portal of the provider has for the site, which starts a login there (OpenID Connect Core 1.0 §4): a link, and with
 * `form` in the query a form instead. `login` is the address at the site.
 */
export function portal(provider, login) {
  return async (context, next) => {
    if (context.path !== '/portal') return next();
    const { form, ...parameters } = context.query;
    const query = new URLSearchParams({ iss: provider.issuer, ...parameters });
    if (form === undefined) {
      context.redirect(`${login}?${query}`);
      return;
    }
    const fields = [...query].map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`);
    context.type = 'html';
    context.body = `<!DOCTYPE html><title>Portal</title><form method="post" action="${login}">${fields.join('')}<button>Open the site</button></form>`;
  };
}
