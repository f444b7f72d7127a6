/** Reads `50 USD` or `0.066 USD`; undefined for anything else. Other currencies are refused: nothing is converted. */
export function parseUsd(text: string): number | undefined {
  const [, amount] = /^(\d+(?:\.\d+)?)\s*USD$/.exec(text) ?? [];
  return amount === undefined ? undefined : Number(amount);
}

/** Says money plainly: `1,250 USD`, `50 USD`, `3.20 USD`, `0.05 USD`. */
export function formatUsd(usd: number): string {
  const digits = usd >= 100 || Number.isInteger(usd) ? 0 : 2;
  return `${usd.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })} USD`;
}
