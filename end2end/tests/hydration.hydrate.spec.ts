import { alice, expect, test, visit } from './fixtures';
import { signIn } from './sign-in';

for (const signedIn of [false, true]) {
  const who = signedIn ? 'someone who is signed in' : 'a stranger';
  for (const path of signedIn ? ['/', '/products', '/profile', '/signed-out'] : ['/', '/signed-out']) {
    test(`${path} hydrates for ${who} without repeating requests`, async ({ page }) => {
      if (signedIn) await signIn(page, alice);
      const asked: string[] = [];
      const rejected: string[] = [];
      page.on('request', (request) => asked.push(new URL(request.url()).pathname));
      page.on('response', (response) => {
        if (response.status() >= 400) rejected.push(`${response.status()} ${response.url()}`);
      });
      await visit(page, path);
      await page.waitForLoadState('networkidle');
      const data = asked.filter((p) => p.startsWith('/api/') || p.startsWith('/auth/'));
      expect(data, 'the first HTML has everything').toEqual([]);
      expect(rejected).toEqual([]);
    });
  }
}

test('hydration keeps the elements that the server rendered', async ({ page }) => {
  await signIn(page, alice);
  // Elements are marked before scripts run. A replaced element would lose its mark.
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      const heading = document.querySelector('h1');
      if (!heading) return;
      heading.setAttribute('data-from-server', '1');
      observer.disconnect();
    }).observe(document, { childList: true, subtree: true });
  });
  await visit(page, '/products');
  await expect(page.getByRole('heading', { level: 1 })).toHaveAttribute('data-from-server', '1');
});
