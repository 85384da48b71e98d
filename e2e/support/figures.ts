import { appendFileSync } from "node:fs";

/** Notes a figure for the table that `cargo xtask bench` prints. */
export function note(name: string, value: string, goal = ""): void {
  const file = process.env.BELLHOP_FIGURES;
  if (file === undefined) console.log(`${name}: ${value}${goal === "" ? "" : ` (goal: ${goal})`}`);
  else appendFileSync(file, `${name}\t${value}\t${goal}\n`);
}

/** Median and 90th percentile (nearest rank) in milliseconds, as words. */
export function spread(samples: number[]): string {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (part: number): number => sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN;
  return `median ${at(0.5).toFixed(0)} ms, p90 ${at(0.9).toFixed(0)} ms`;
}
