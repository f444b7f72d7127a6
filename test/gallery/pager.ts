import { z } from 'zod';
import { href, markup, type Markup } from '../../shared/pages/markup.ts';

const event = z.object({
  event_action: z.enum(['trigger', 'resolve']),
  dedup_key: z.string(),
  payload: z
    .object({
      summary: z.string(),
      severity: z.enum(['critical', 'error', 'warning', 'info']),
      source: z.string(),
      custom_details: z.record(z.string(), z.string()),
    })
    .optional(),
  links: z.array(z.object({ href: z.string(), text: z.string() })).optional(),
});
type Event = z.output<typeof event>;

function detailRows(details: Readonly<Record<string, string>>): readonly Markup[] {
  return Object.entries(details).map(([label, text]) => markup`<dt>${label}</dt><dd>${text}</dd>`);
}

function alertMarkup({ event_action: action, dedup_key: key, payload, links = [] }: Event): Markup {
  if (payload === undefined || action === 'resolve')
    return markup`<div class="pager pager-over"><b>Resolved</b> <span class="quiet small">${key}</span></div>`;
  const { severity, summary, source, custom_details: details } = payload;
  const found = links.map(
    (one) => markup`<a href="${href(one.href)}" target="_blank" rel="noreferrer noopener">${one.text}</a><br>`,
  );
  return markup`<div class="pager pager-${severity}"><div><b>Triggered</b> · ${severity} · <span class="quiet small">${source}</span></div>
<div class="pager-summary">${summary}</div><dl>${detailRows(details)}</dl><p>${found}</p><p class="quiet small">${key}</p></div>`;
}

/** Events as the alerts of PagerDuty, in the order in which they were sent. */
export function pagerMarkup(events: readonly unknown[]): Markup {
  return markup`${events.map((one) => alertMarkup(event.parse(one)))}`;
}
