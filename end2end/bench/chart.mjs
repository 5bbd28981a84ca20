// The chart of docs/performance.md: a bar for each figure and run.

const [WIDTH, LABEL, BAR, ROW_GAP, TOP] = [960, 250, 14, 10, 46];
const SCALE = WIDTH - LABEL - 130;

/** Returns an SVG of the runs: CPU against bare axum, and the times of the pages. */
export function chart(runs) {
  const sections = [
    {
      title: 'CPU time against a bare axum server that sends the same bytes (×)',
      rows: rows(runs, ({ server }) => (server?.cost ?? []).map(({ name, ratio }) => [name, ratio])),
      digits: 1,
    },
    {
      title: 'In Chromium, CPU slowed down 4 times, 1.6 Mbit/s, 150 ms (ms)',
      rows: rows(runs, ({ browser }) => Object.entries(browser?.pages ?? {}).flatMap(([name, page]) => [
        [`${name}: first paint`, page.fcp],
        [`${name}: ready`, page.ready],
        [`${name}: blocking`, page.blocking],
      ])),
      digits: 0,
    },
  ].filter(({ rows: some }) => some.length > 0);

  const parts = [];
  let y = 16;
  runs.forEach(({ label }, index) => {
    parts.push(`<rect class="run${index}" x="${LABEL + index * 220}" y="${y}" width="${BAR}" height="${BAR}"/>`);
    parts.push(`<text class="text" x="${LABEL + index * 220 + 22}" y="${y + 12}">${escape(label)}</text>`);
  });
  y += BAR;
  for (const { title, rows: bars, digits } of sections) {
    parts.push(`<text class="head" x="16" y="${y + 30}">${escape(title)}</text>`);
    y += TOP;
    const most = Math.max(...bars.flatMap(({ values }) => values.map((value) => value ?? 0)));
    for (const { name, values } of bars) {
      const middle = y + (values.length * BAR) / 2 + 5;
      parts.push(`<text class="text name" x="${LABEL - 12}" y="${middle}">${escape(name)}</text>`);
      values.forEach((value, index) => {
        if (value === undefined) return;
        const width = Math.max(1, (value / most) * SCALE);
        parts.push(`<rect class="run${index}" x="${LABEL}" y="${y + index * BAR}" width="${width.toFixed(1)}" height="${BAR - 2}"/>`);
        parts.push(`<text class="value" x="${(LABEL + width + 8).toFixed(1)}" y="${y + index * BAR + 11}">${value.toFixed(digits)}</text>`);
      });
      y += values.length * BAR + ROW_GAP;
    }
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y + 10}" role="img" aria-labelledby="title" font-family="system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif">
  <title id="title">Cost at the server and times in the browser; the tables of docs/performance.md have the numbers</title>
  <style>
    .ground { fill: #ffffff } .head { font-size: 16px; font-weight: 650; fill: #1a1d24 } .text { font-size: 13px; fill: #3d4454 } .name { text-anchor: end }
    .value { font-size: 12px; fill: #3d4454 } .run0 { fill: #${runs.length > 1 ? 'a3aabd' : '3847c4'} } .run1 { fill: #3847c4 }
    @media (prefers-color-scheme: dark) {
      .ground { fill: #101319 } .head { fill: #eceef3 } .text, .value { fill: #b9c0ce } .run0 { fill: #${runs.length > 1 ? '5a6274' : '8f9bff'} } .run1 { fill: #8f9bff }
    }
  </style>
  <rect class="ground" width="${WIDTH}" height="${y + 10}" rx="12"/>
  ${parts.join('\n  ')}
</svg>
`;
}

/** Returns for each name its value in each run. */
function rows(runs, of) {
  const values = runs.map((run) => new Map(of(run)));
  const names = [...new Set(values.flatMap((map) => [...map.keys()]))];
  return names.map((name) => ({ name, values: values.map((map) => map.get(name)) }));
}

function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
