import { readFileSync } from 'node:fs';

/**
 * The most memory that this process ever had resident, in bytes. Linux keeps `maxRSS` across the start of a program, so a
 * child of a large process would seem to be as large; its own mark stands in /proc.
 */
export function peakRssBytes(): number {
  try {
    const [, kib] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    if (kib !== undefined) return Number(kib) * 1024;
  } catch {
    // No such file: no Linux.
  }
  return process.resourceUsage().maxRSS * 1024;
}
