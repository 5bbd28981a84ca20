// Settings that provider and site share.

export const CLIENT = { id: 'leptos-auth0-sample', secret: 'a secret: with%odd+characters/&=' };

export const API = { identifier: 'https://products.example.com', scopes: ['read:products', 'write:products'] };

export const ORDERS = { identifier: 'https://orders.example.com', scopes: ['read:orders', 'write:orders'] };
