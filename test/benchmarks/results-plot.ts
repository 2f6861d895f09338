import {BASELINE, CLIENT_TITLES, COMPARED, type ClientName} from './clients.js';
import {spreadOf, type Comparison, type Section} from './section.js';

const WIDTH = 920;
const LEFT = 260;
const RIGHT = 30;
const ROW = 42;
/** Each client has its own lane in a row. */
const LANE = 7;
const HEADING = 34;
const TOP = 78;
const BOTTOM = 84;
/** What is further out is drawn at the edge, with its number. */
const MOST = 2;

const STYLE = `
  svg { color-scheme: light dark; }
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .title { font-size: 16px; font-weight: 600; }
  .heading { font-weight: 600; }
  .small { font-size: 12px; fill: #59636e; }
  .paper { fill: #ffffff; }
  .grid { stroke: #d1d9e0; }
  .one { stroke: #59636e; stroke-width: 1.5; }
  .aws-client { fill: #59636e; stroke: #59636e; }
  .google-auth-aws { fill: #0969da; stroke: #0969da; }
  .aws-client-with-aws-sdk { fill: #bc4c00; stroke: #bc4c00; }
  .bare-https { fill: #1a7f37; stroke: #1a7f37; }
  .token-in-hand { fill: #8250df; stroke: #8250df; }
  .spread { stroke-width: 2; opacity: 0.45; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .small { fill: #9198a1; }
    .paper { fill: #0d1117; }
    .grid { stroke: #3d444d; }
    .one { stroke: #9198a1; }
    .aws-client { fill: #9198a1; stroke: #9198a1; }
    .google-auth-aws { fill: #4493f8; stroke: #4493f8; }
    .aws-client-with-aws-sdk { fill: #f0883e; stroke: #f0883e; }
    .bare-https { fill: #3fb950; stroke: #3fb950; }
    .token-in-hand { fill: #ab7df8; stroke: #ab7df8; }
  }`;

/** The medians of all that is compared, as ratios to the baseline's, with their spread. */
export function plotSvg(sections: readonly Section[], footnotes: readonly string[]): string {
  const parts: string[] = [];
  let y = TOP;
  for (const {title, comparisons} of sections) {
    const plotted = comparisons.filter(comparison => comparison.plotted);
    if (plotted.length === 0) continue;
    parts.push(text(20, y + HEADING - 12, title, 'heading'));
    y += HEADING;
    for (const comparison of plotted) {
      parts.push(text(LEFT - 14, y + ROW / 2 + 4, comparison.label, '', 'end'));
      parts.push(...marks(comparison, y + ROW / 2));
      y += ROW;
    }
  }
  const height = y + BOTTOM;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}">`,
    `<title>Medians in relation to AwsClient; less is better</title>`,
    `<style>${STYLE}\n</style>`,
    `<rect class="paper" width="100%" height="100%"/>`,
    text(20, 30, 'In relation to AwsClient of google-auth-library (= 1); less is better', 'title'),
    ...legend(),
    ...axis(y),
    ...parts,
    text((LEFT + WIDTH - RIGHT) / 2, y + 36, 'median of the runs, × AwsClient', 'small', 'middle'),
    ...footnotes.map((line, index) => text(20, y + 56 + 17 * index, line, 'small')),
    '</svg>',
  ].join('\n')}\n`;
}

const x = (ratio: number) => LEFT + (Math.min(ratio, MOST) / MOST) * (WIDTH - LEFT - RIGHT);

function axis(bottom: number): string[] {
  const parts: string[] = [];
  for (let ratio = 0; ratio <= MOST; ratio += 0.5) {
    const at = x(ratio).toFixed(1);
    const kind = ratio === 1 ? 'one' : 'grid';
    parts.push(`<line class="${kind}" x1="${at}" x2="${at}" y1="${TOP}" y2="${bottom}"/>`);
    parts.push(text(x(ratio), bottom + 17, ratio.toFixed(1), 'small', 'middle'));
  }
  return parts;
}

function legend(): string[] {
  let at = 20;
  return COMPARED.flatMap(client => {
    const title = CLIENT_TITLES[client].replaceAll('`', '');
    const parts = [mark(client, at + 6, 56), text(at + 18, 60, title)];
    at += 46 + title.length * 7.4;
    return parts;
  });
}

function marks({samples}: Comparison, middle: number): string[] {
  const baseline = spreadOf(samples[BASELINE] ?? []).median;
  return COMPARED.flatMap((client, lane) => {
    const own = samples[client];
    if (own === undefined) return [];
    const y = middle + LANE * (lane - (COMPARED.length - 1) / 2);
    const {min, median, max} = spreadOf(own);
    const [from, at, to] = [min, median, max].map(value => x(value / baseline));
    const line = `<line class="${client} spread" x1="${from?.toFixed(1) ?? ''}" x2="${to?.toFixed(1) ?? ''}" y1="${y}" y2="${y}"/>`;
    const ratio = median / baseline;
    const beyond = ratio > MOST ? [text(WIDTH - 2, y + 4, ratio.toFixed(1), 'small', 'end')] : [];
    return [line, mark(client, at ?? 0, y), ...beyond];
  });
}

// A shape each: colour alone tells not everybody.
function mark(client: ClientName, at: number, y: number): string {
  const points = (...pairs: readonly (readonly [number, number])[]) =>
    `<polygon class="${client}" points="${pairs.map(([dx, dy]) => `${(at + dx).toFixed(1)},${(y + dy).toFixed(1)}`).join(' ')}"/>`;
  switch (client) {
    case 'aws-client':
      return points([-1.5, -4.5], [1.5, -4.5], [1.5, 4.5], [-1.5, 4.5]);
    case 'google-auth-aws':
      return `<circle class="${client}" cx="${at.toFixed(1)}" cy="${y}" r="4"/>`;
    case 'aws-client-with-aws-sdk':
      return points([-3.5, -3.5], [3.5, -3.5], [3.5, 3.5], [-3.5, 3.5]);
    case 'bare-https':
      return points([0, -4], [4, 3.5], [-4, 3.5]);
    case 'token-in-hand':
      return points([0, -4.5], [4.5, 0], [0, 4.5], [-4.5, 0]);
  }
}

function text(at: number, y: number, content: string, kind = '', anchor = 'start'): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text class="${kind}" x="${at.toFixed(1)}" y="${y}" text-anchor="${anchor}">${escaped}</text>`;
}
