import { describe, expect, test } from 'vitest';
import { readLookupFile } from '../../shared/owners/lookup-file.ts';

// Synthetic: no such person or team exists.

const read = (text: string) => readLookupFile(text, 'looker-users.csv', (name) => name === 'data-platform');
const lines = (text: string) => read(text).problems.map(({ line, says }) => [line, says]);

describe('a lookup file', () => {
  test.each<[string, string, object]>([
    ['a value and an address', '17,kim@example.com', { 17: 'kim@example.com' }],
    ['a value and a team', '17,data-platform', { 17: 'data-platform' }],
    ['a heading', 'user_id,email\n17,kim@example.com\n', { 17: 'kim@example.com' }],
    ['a heading that is data', '17,kim@example.com\nuser,email', { 17: 'kim@example.com' }],
    [
      'blank lines, remarks and line ends of Windows',
      '\r\n# people\r\n17,kim@example.com\r\n',
      { 17: 'kim@example.com' },
    ],
    [
      'quotes and blanks',
      ' "17" , "kim@example.com" \n"a ""b""",x@example.com',
      { 17: 'kim@example.com', 'a "b"': 'x@example.com' },
    ],
    ['a byte order mark', '\uFEFF17,kim@example.com', { 17: 'kim@example.com' }],
    [
      'words that every object knows',
      'constructor,kim@example.com\n__proto__,kim@example.com',
      { constructor: 'kim@example.com', ['__proto__']: 'kim@example.com' },
    ],
    ['the same line twice', '17,kim@example.com\n17,kim@example.com', { 17: 'kim@example.com' }],
    ['nothing', '', {}],
  ])('holds %s', (_title, text, entries) => {
    expect(Object.entries(read(text).entries)).toEqual(Object.entries(entries));
  });

  test('names every malformed line, and reads the others', () => {
    const text = [
      '17,kim@example.com',
      '18',
      '19,a,b',
      ',x@example.com',
      '20,nobody here',
      '17,sam@example.com',
      '"21,x@example.com',
      '22,data-platform',
    ].join('\n');
    expect(read(text).entries).toEqual({ 17: 'kim@example.com', 22: 'data-platform' });
    expect(lines(text)).toEqual([
      [2, 'There are not exactly two fields, separated by one comma.'],
      [3, 'There are not exactly two fields, separated by one comma.'],
      [4, 'A field is empty.'],
      [5, '"nobody here" is neither an address nor a team of owners.teams.'],
      [6, '"17" stands for kim@example.com already, further up.'],
      [7, 'A quotation mark has no end, or text behind it.'],
    ]);
  });

  test('takes no web address, no mention and no list for an address', () => {
    for (const whom of ['https://example.com/x', '<!channel>', '"a@example.com;b@example.com"', '#general'])
      expect(lines(`17,${whom}`)).toHaveLength(1);
  });

  test('with thousands of wrong lines names twenty of them and counts the rest', () => {
    const problems = lines('x\n'.repeat(5000));
    expect(problems).toHaveLength(21);
    expect(problems.at(-1)).toEqual([undefined, '4980 more lines are wrong.']);
  });
});
