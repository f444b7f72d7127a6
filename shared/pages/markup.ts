/** HTML that is safe to show: only `markup` makes it, and it escapes every string that is put in. */
export interface Markup {
  readonly html: string;
}

type Shown = string | number | Markup | readonly Markup[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}

function htmlOf(value: Shown): string {
  if (typeof value === 'string') return escaped(value);
  if (typeof value === 'number') return String(value);
  return 'html' in value ? value.html : value.map(({ html }) => html).join('');
}

/** A piece of a page: the template as it is written, with every string in it escaped. Attributes must be in double quotes. */
export function markup(parts: TemplateStringsArray, ...values: readonly Shown[]): Markup {
  return { html: parts.map((part, index) => (index === 0 ? part : htmlOf(values[index - 1] ?? '') + part)).join('') };
}

/** Values for a script of the page, as data that no browser runs. What could end the element is escaped. */
export function dataMarkup(id: string, value: unknown): Markup {
  const json = JSON.stringify(value).replaceAll('<', String.raw`\u003c`);
  return { html: `<script type="application/json" id="${escaped(id)}">${json}</script>` };
}

/** An address as people may follow it; `#` where it is not https. */
export function href(url: string): string {
  return URL.parse(url)?.protocol === 'https:' ? url : '#';
}
