import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { markup, type Markup } from './markup.ts';

/** A page in parts. Styles and scripts are our own text and stand in the page as they are. */
export interface PageParts {
  readonly title: string;
  readonly body: Markup;
  readonly styles: readonly string[];
  readonly scripts: readonly string[];
  /** Whether its scripts may ask the server that it came from; nobody else is ever asked. */
  readonly asksItsServer: boolean;
}

/** A file beside the module that asks, as text. */
export function textBeside(module: string, name: string): string {
  return readFileSync(new URL(name, module), 'utf8');
}

const baseStyle = textBeside(import.meta.url, './page.css');
const baseScript = textBeside(import.meta.url, './theme.browser.js');

const inScript = (text: string) => text.replaceAll(/<\/(script|style)/gi, String.raw`<\/$1`);

// Only the scripts that are in the page run: what slipped through as markup would be refused by the browser.
function policyOf(scripts: readonly string[], asksItsServer: boolean): string {
  const known = scripts.map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`);
  const connect = asksItsServer ? "connect-src 'self'" : "connect-src 'none'";
  return `default-src 'none'; style-src 'unsafe-inline'; img-src data:; ${connect}; script-src ${known.join(' ')}; base-uri 'none'; form-action 'none'`;
}

/** A whole page in one text: nothing of it is fetched from anywhere, and it can be shown light and dark. */
export function pageText({ title, body, styles, scripts, asksItsServer }: PageParts): string {
  const running = [baseScript, ...scripts].map(inScript);
  const head = markup`<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policyOf(running, asksItsServer)}">
<link rel="icon" href="data:,">
<title>${title}</title>`;
  const style = [baseStyle, ...styles].map((text) => `<style>\n${inScript(text)}</style>`).join('\n');
  const script = running.map((text) => `<script>${text}</script>`).join('\n');
  return `<!doctype html>\n<html lang="en">\n<head>\n${head.html}\n${style}\n</head>\n<body>\n${body.html}\n${script}\n</body>\n</html>\n`;
}

/** The choice between light, dark and what the machine prefers. */
export const themeChoice: Markup = markup`<label class="choice"><span>Colours</span> <select id="theme">
<option value="">As the system</option><option value="light">Light</option><option value="dark">Dark</option>
</select></label>`;
