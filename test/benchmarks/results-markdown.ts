import {BASELINE, CLIENT_TITLES, COMPARED} from './clients.js';
import {spreadOf, spreadText, type Comparison, type Section} from './section.js';

/** A section's tables, in Markdown. */
export function sectionMarkdown({title, how, comparisons, tables}: Section): string {
  const written = tables.map(({columns, rows}) => markdownTable(columns, rows));
  if (comparisons.length > 0) written.unshift(comparisonsTable(comparisons));
  return [`## ${title}`, how.replaceAll('\n', ' '), ...written].join('\n\n');
}

function comparisonsTable(comparisons: readonly Comparison[]): string {
  const clients = COMPARED.filter(client =>
    comparisons.some(({samples}) => samples[client] !== undefined),
  );
  return markdownTable(
    ['', 'n', ...clients.map(client => CLIENT_TITLES[client])],
    comparisons.map(({label, unit, samples}) => {
      const baseline = spreadOf(samples[BASELINE] ?? []);
      return [
        `${label}, ${unit}`,
        String(baseline.n),
        ...clients.map(client => {
          const own = samples[client];
          if (own === undefined) return '';
          if (client === BASELINE) return spreadText(own);
          const ratio = spreadOf(own).median / baseline.median;
          return `${spreadText(own)}; **${ratio.toFixed(2)} ×**`;
        }),
      ];
    }),
  );
}

function markdownTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
}
