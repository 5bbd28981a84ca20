// A reverse proxy of a host whose other paths belong to other sites: it passes on the paths below one base path, unchanged,
// and answers 404 to all others.

import { type IncomingMessage, type Server, type ServerResponse, createServer, request } from 'node:http';
import { type AddressInfo } from 'node:net';

export class Proxy {
  /** What was outside of the base path: requests of the browser, redirects and cookies of the site. */
  readonly outside: string[] = [];
  /** The URL of the site, without the base path. */
  target: string | undefined;
  readonly #server: Server;

  private constructor(readonly basePath: string) {
    this.#server = createServer((received, response) => this.#answer(received, response));
  }

  /** Starts a proxy on a free port of localhost. It passes requests on as soon as `target` is set. */
  static async start(basePath: string): Promise<Proxy> {
    const proxy = new Proxy(basePath);
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once('error', reject);
      proxy.#server.listen(0, '127.0.0.1', resolve);
    });
    return proxy;
  }

  get origin(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The public URL of the site. */
  get url(): string {
    return this.origin + this.basePath;
  }

  async stop() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(received: IncomingMessage, response: ServerResponse) {
    const path = received.url ?? '/';
    if (!this.#isBelow(path) || !this.target) {
      this.outside.push(`request ${received.method} ${path}`);
      response.writeHead(404, { 'content-type': 'text/plain' }).end('another site of this host\n');
      return;
    }
    // `Host` is that of the browser's request, as with `proxy_set_header Host $host` of nginx.
    const headers = {
      ...received.headers,
      connection: 'keep-alive',
      'x-forwarded-for': received.socket.remoteAddress,
      'x-forwarded-host': received.headers.host,
      'x-forwarded-proto': 'http',
    };
    const forwarded = request(this.target, { method: received.method, path, headers }, (answer) => {
      this.#check(answer);
      // Raw headers, because there can be several of one name.
      response.writeHead(answer.statusCode!, answer.statusMessage, answer.rawHeaders);
      answer.pipe(response);
      answer.once('error', () => response.destroy());
    });
    forwarded.once('error', () => {
      if (response.headersSent) response.destroy();
      else response.writeHead(502).end();
    });
    response.once('close', () => forwarded.destroy());
    received.pipe(forwarded);
  }

  #check({ headers }: IncomingMessage) {
    const cookies = headers['set-cookie'] ?? [];
    for (const cookie of cookies) {
      const path = cookie.split('; ').find((attribute) => attribute.startsWith('Path='));
      if (!this.#isBelow(path?.slice('Path='.length) ?? '')) this.outside.push(`cookie ${cookie}`);
    }
    const { origin, pathname } = new URL(headers.location ?? '', this.url);
    if (origin === this.origin && !this.#isBelow(pathname)) this.outside.push(`redirect to ${headers.location}`);
  }

  #isBelow(path: string): boolean {
    return path.startsWith(this.basePath) && ['', '/', '?'].includes(path.charAt(this.basePath.length));
  }
}
