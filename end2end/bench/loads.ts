// What is measured at the server.

import type { Load } from './load';

const BROWSER = {
  'accept-encoding': 'gzip, deflate, br, zstd',
  'accept-language': 'en-US,en;q=0.9',
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
};

const NAVIGATION = {
  ...BROWSER,
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
  'sec-fetch-dest': 'document',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-site': 'none',
  'sec-fetch-user': '?1',
  'upgrade-insecure-requests': '1',
};

/** A link of the site: the browser has the stylesheet, so the page does not contain it. */
const FROM_SITE = { 'sec-fetch-site': 'same-origin' };

const FETCH = {
  ...BROWSER,
  accept: 'application/json',
  'sec-fetch-dest': 'empty',
  'sec-fetch-mode': 'cors',
  'sec-fetch-site': 'same-origin',
};

export const USER = 'gina';

/** `/` of a signed-in user, whose latency is measured, too. */
export const SIGNED_IN_HOME = '/ signed in';

/** Returns the loads. `host` is that of the site, `cookie` the session's. */
export function loads(host: string, cookie: string): Load[] {
  const page = { ...NAVIGATION, host };
  const ownPage = { ...page, cookie };
  const nextPage = { ...ownPage, ...FROM_SITE, referer: `http://${host}/` };
  const data = { ...FETCH, host, cookie };
  const { 'accept-encoding': _, ...plain } = ownPage;
  const name = `${USER} of elsewhere`;
  const row = 'role="rowheader"';
  return [
    { name: '/ anonymous', path: '/', headers: page, contains: 'Open my stockroom' },
    { name: SIGNED_IN_HOME, path: '/', headers: ownPage, contains: name },
    { name: '/profile', path: '/profile', headers: ownPage, contains: `${USER}@elsewhere.example` },
    { name: '/products', path: '/products', headers: ownPage, contains: row },
    { name: '/profile from the site', path: '/profile', headers: nextPage, contains: `${USER}@elsewhere.example` },
    { name: '/products from the site', path: '/products', headers: nextPage, contains: row },
    { name: '/products without compression', path: '/products', headers: plain, contains: row },
    { name: '/api/products', path: '/api/products', headers: data, contains: '"price' },
    { name: '/auth/profile', path: '/auth/profile', headers: data, contains: `"sub":"${USER}"` },
  ];
}
