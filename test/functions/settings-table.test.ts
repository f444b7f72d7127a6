import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Setting } from '../../functions/settings-shape.ts';
import { settingsTable } from '../../functions/settings-table.ts';

const readme = new URL('../../README.md', import.meta.url);
const text = existsSync(readme) ? readFileSync(readme, 'utf8') : '';
const marks = /<!-- settings -->\n[\s\S]*?<!-- \/settings -->/;
const settings: readonly (readonly [string, Setting])[] = Object.entries(settingsTable);

const cell = (words: string) => words.replaceAll('|', String.raw`\|`).replaceAll('\n', ' ');

/** The settings as the README's table, ready for `<!-- settings -->` … `<!-- /settings -->`. */
function settingsMarkdown(): string {
  const rows = settings.map(([name, setting]) => {
    const otherwise = setting.required ? 'needed' : setting.otherwise === '' ? '' : `\`${setting.otherwise}\``;
    const local = setting.localOnly === true ? ' Refused in the cloud.' : '';
    return `| \`${name}\` | ${setting.for} | ${otherwise} | ${cell(setting.write)} | ${cell(setting.means)}${local} |`;
  });
  return ['| setting | for | default | write | what it is |', '|---|---|---|---|---|', ...rows].join('\n');
}

describe('the table of settings', () => {
  test.runIf(marks.test(text))('is in the README as it is in the code (UPDATE=1 writes it there)', () => {
    const written = text.replace(marks, () => `<!-- settings -->\n${settingsMarkdown()}\n<!-- /settings -->`);
    if (process.env['UPDATE'] === '1') writeFileSync(readme, written);
    else expect(text).toBe(written);
  });

  test.runIf(text !== '')('has its place in the README', () => {
    expect(text).toMatch(marks);
  });

  test.each(settings)(
    '%s can be explained: its texts are whole, and its default is one that it accepts',
    (_, setting) => {
      expect(setting.means).toMatch(/^[A-Z].*\.$/);
      expect(setting.write).not.toMatch(/\.$/);
      expect(setting.required && setting.otherwise !== '').toBe(false);
      if (setting.otherwise !== '') expect(setting.schema.safeParse(setting.otherwise).success).toBe(true);
    },
  );

  test.each(settings)('%s accepts none of what is surely wrong', (_, { schema }) => {
    expect(schema.safeParse('').success).toBe(false);
  });

  test('has one row for each setting, and no cell that breaks it', () => {
    const rows = settingsMarkdown().split('\n');
    expect(rows).toHaveLength(settings.length + 2);
    expect(rows.every((row) => row.replaceAll(String.raw`\|`, '').split('|').length === 7)).toBe(true);
  });
});
