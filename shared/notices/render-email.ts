import type { Link, MessageJob } from './message-job.ts';
import type { Message } from './message.ts';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function html(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}

const grey = 'color:#5f6368';
const cell = 'padding:2px 8px 2px 0;vertical-align:top';

function anchor({ text, url }: Link): string {
  return `<a href="${html(url)}">${html(text)}</a>`;
}

// Each value stands apart (bdi), so that text in another direction cannot reorder what is around it.
function row(label: string, value: string): string {
  return `<tr><td style="${cell};${grey};white-space:nowrap">${html(label)}</td><td style="${cell}"><bdi>${value}</bdi></td></tr>`;
}

function preformatted(label: string, text: string): string {
  const style = 'margin:4px 0 8px;padding:6px 8px;background:#f1f3f4;white-space:pre-wrap;overflow-wrap:anywhere';
  return `<p style="margin:8px 0 0">${html(label)}:</p>\n<pre style="${style}">${html(text)}</pre>`;
}

function jobPart(job: MessageJob): string {
  const { heading, facts, query, link, commands = [], snippet = [] } = job;
  const rows = [
    ...facts.map((fact) => row(fact.label, html(fact.text))),
    ...(query === undefined ? [] : [row('Query', `<code>${html(query)}</code>`)]),
    ...(link === undefined ? [] : [row('Console', anchor(link))]),
  ];
  const parts = [
    `<h2 style="font-size:16px;margin:20px 0 4px"><bdi>${html(heading)}</bdi></h2>`,
    `<table role="presentation" style="border-collapse:collapse">\n${rows.join('\n')}\n</table>`,
    ...commands.map((one) => preformatted(one.text, one.command)),
    ...(snippet.length === 0 ? [] : [preformatted('To exempt it, for the policy', snippet.join('\n'))]),
  ];
  return parts.join('\n');
}

function paragraphs(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `<p style="margin:6px 0"><bdi>${html(line)}</bdi></p>`);
}

/** The message as an HTML page for a mail: every word escaped, no script, no picture, nothing that is fetched. */
export function mailHtml({ title, lead, jobs, closing, links, small }: Message): string {
  const parts = [
    `<h1 style="font-size:18px;margin:0 0 8px"><bdi>${html(title)}</bdi></h1>`,
    ...paragraphs(lead),
    ...jobs.map(jobPart),
    '<div style="margin-top:20px">',
    ...paragraphs(closing),
    ...(links.length === 0 ? [] : [`<p style="margin:6px 0">${links.map(anchor).join(' &nbsp;·&nbsp; ')}</p>`]),
    '</div>',
    `<p style="margin:16px 0 0;font-size:12px;${grey}"><bdi>${html(small)}</bdi></p>`,
  ];
  const style = 'font-family:-apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif;font-size:14px;line-height:1.45';
  const head = `<meta charset="utf-8">\n<meta name="viewport" content="width=device-width">\n<title>${html(title)}</title>`;
  return `<!doctype html>\n<html lang="en">\n<head>\n${head}\n</head>\n<body style="margin:0;padding:16px;overflow-wrap:anywhere">\n<div style="max-width:680px;${style}">\n${parts.join('\n')}\n</div>\n</body>\n</html>\n`;
}
