const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const exact = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** Reads `50 USD` or `0.066 USD`; undefined for anything else. Other currencies are refused: nothing is converted. */
export function parseUsd(text: string): number | undefined {
  const [, amount] = /^(\d+(?:\.\d+)?)\s*USD$/.exec(text) ?? [];
  const usd = Number(amount);
  return Number.isFinite(usd) ? usd : undefined;
}

/** Says money plainly: `1,250 USD`, `50 USD`, `3.20 USD`, `0.05 USD`, `under 0.01 USD`. */
export function formatUsd(usd: number): string {
  if (usd > 0 && usd < 0.01) return 'under 0.01 USD';
  const digits = usd >= 99.995 || Number.isInteger(usd) ? 0 : 2;
  return `${(digits === 0 ? whole : exact).format(usd)} USD`;
}
