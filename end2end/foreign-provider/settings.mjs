// Settings that provider and site share.

export const CLIENT = { id: 'leptos-auth0-sample', secret: 'a secret: with%odd+characters/&=' };

export const API = { identifier: 'https://products.example.com', scopes: ['read:products', 'write:products'] };

export const ORDERS = { identifier: 'https://orders.example.com', scopes: ['read:orders', 'write:orders'] };

/** The API as a client that introspects tokens. */
export const INTROSPECTING_API = { id: 'products-api', secret: 'another secret: with%odd+characters/&=' };
