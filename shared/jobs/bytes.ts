const decimal = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
const binary = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

function factorOf(unit: string): number | undefined {
  const power = decimal.findIndex((name) => name.toLowerCase() === unit.toLowerCase());
  if (power >= 0) return 1000 ** power;
  const binaryPower = binary.findIndex((name) => name.toLowerCase() === unit.toLowerCase());
  return binaryPower < 0 ? undefined : 1024 ** binaryPower;
}

/** Reads `500 GB` (decimal) or `5 TiB` (binary) as bytes; undefined when it is neither. */
export function parseBytes(text: string): number | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*([A-Za-z]+)$/.exec(text) ?? [];
  const factor = unit === undefined ? undefined : factorOf(unit);
  if (amount === undefined || factor === undefined) return undefined;
  const bytes = Math.round(Number(amount) * factor);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** Says a size in the binary units that BigQuery bills in, with three digits: `1.25 TiB`, `640 MiB`, `12 B`. */
export function formatBytes(bytes: number): string {
  let power = 0;
  let value = bytes;
  // What would be rounded to 1024 is said in the next unit.
  while (Math.round(value) >= 1024 && power < binary.length - 1) {
    value /= 1024;
    power += 1;
  }
  return `${power === 0 ? value.toFixed(0) : threeDigits(value)} ${binary[power]}`;
}

function threeDigits(value: number): string {
  const decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return value.toFixed(decimals);
}
