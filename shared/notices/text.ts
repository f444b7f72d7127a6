// Control characters, and marks that are invisible or change the direction of reading (Unicode Bidi_Control, zero width
// spaces, line and paragraph separators, tags): they can make one job id look like another.
const unseen =
  /[\p{Cc}\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;
const blank = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;

/** Cuts to at most `max` UTF-16 units, never inside a code point, and shows the cut by an ellipsis. */
export function clip(text: string, max: number): string {
  if (text.length <= max) return text;
  const end = max - 1;
  const code = text.charCodeAt(end - 1);
  const splits = code >= 0xd800 && code <= 0xdbff;
  return `${text.slice(0, splits ? end - 1 : end)}…`;
}

/**
 * Text from outside as one readable line of at most `max` units: line breaks become spaces, other control characters and
 * marks that hide or turn text become a visible replacement character. Never empty: nothing to show is `-`.
 */
export function oneLine(text: string, max: number): string {
  const line = clip(text, max * 2)
    .toWellFormed()
    .replace(blank, ' ')
    .replace(unseen, '\ufffd')
    .trim();
  return line === '' ? '-' : clip(line, max);
}

/** The same text with the three characters that Slack reads as markup escaped (Slack formatting reference). */
export function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The address when it is a plain https URL without credentials, in its normal form; undefined otherwise. */
export function safeUrl(text: string | undefined): string | undefined {
  if (text === undefined || text.length > 2000) return undefined;
  const url = URL.parse(text);
  if (url === null || url.protocol !== 'https:' || url.username !== '' || url.password !== '') return undefined;
  return url.href;
}

interface Clock {
  readonly time: Intl.DateTimeFormat;
  readonly date: Intl.DateTimeFormat;
}

function clockOf(timeZone: string): Clock {
  const hours = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZoneName: 'short' } as const;
  return {
    time: new Intl.DateTimeFormat('en-GB', { timeZone, ...hours }),
    date: new Intl.DateTimeFormat('en-GB', { timeZone, day: 'numeric', month: 'short' }),
  };
}

const clocks = new Map<string, Clock>();

/** The clock of a time zone; that of UTC where the zone is not known here. */
function clockIn(timezone: string): Clock {
  const known = clocks.get(timezone);
  if (known !== undefined) return known;
  let clock: Clock;
  try {
    clock = clockOf(timezone);
  } catch {
    clock = clockOf('UTC');
  }
  // Zones come from policies: a few, unless somebody writes notices by hand.
  if (clocks.size < 50) clocks.set(timezone, clock);
  return clock;
}

/** A time of day as `14:45 CET`, with the date when it is on another day than `seenFromMs`. */
export function formatTime(atMs: number, seenFromMs: number, timezone = 'UTC'): string {
  const { time, date } = clockIn(timezone);
  const day = date.format(atMs);
  return `${time.format(atMs)}${day === date.format(seenFromMs) ? '' : ` on ${day}`}`;
}

/** The ISO date that a moment lies on in a time zone. */
export function dayIn(atMs: number, timezone: string): string {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat('en-GB', { timeZone: timezone, year: 'numeric', month: '2-digit', day: '2-digit' })
      .formatToParts(atMs)
      .map(({ type, value }) => [type, value]),
  );
  return `${parts['year']}-${parts['month']}-${parts['day']}`;
}
