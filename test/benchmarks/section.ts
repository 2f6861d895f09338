import type {ClientName} from './clients.js';

/** What a benchmark found. */
export interface Section {
  readonly title: string;
  /** How it was measured, in Markdown. */
  readonly how: string;
  /** Numbers that are set in relation to the baseline's. */
  readonly comparisons: readonly Comparison[];
  /** What is no number, or stands for itself. */
  readonly tables: readonly Table[];
}

/** The same measure of several clients. */
export interface Comparison {
  readonly label: string;
  readonly unit: 'ms' | 'ns' | 'kB';
  /** Every run's number. */
  readonly samples: Partial<Readonly<Record<ClientName, readonly number[]>>>;
  /** Whether it is in the plot. */
  readonly plotted: boolean;
}

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The least, the middle and the greatest of some runs. */
export interface Spread {
  readonly n: number;
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

export function spreadOf(samples: readonly number[]): Spread {
  const sorted = [...samples].sort((a, b) => a - b);
  const {length} = sorted;
  const at = (index: number) => sorted[index] ?? NaN;
  const half = (length - 1) / 2;
  return {
    n: length,
    min: at(0),
    median: (at(Math.floor(half)) + at(Math.ceil(half))) / 2,
    max: at(length - 1),
  };
}

/** The value below which a share of the samples lies. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

/** `min–median–max`, or the one number if all are the same. */
export function spreadText(samples: readonly number[], digits = 0): string {
  const {min, median, max} = spreadOf(samples);
  const texts = [min, median, max].map(value => value.toFixed(digits));
  return new Set(texts).size === 1 ? (texts[0] ?? '') : texts.join(' – ');
}
