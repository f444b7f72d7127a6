import { rows, type Mutant } from './mutant.ts';

const load = rows(
  'policy/load.ts',
  true,
  [
    "if (policy === undefined || all.some(({ severity }) => severity === 'error')) return { problems: all };",
    'if (policy === undefined) return { problems: all };',
    'a policy with names that are not there is used',
  ],
  ['[...before, ...problems.filter', '[...problems.filter', 'what is wrong with the YAML does not count'],
  ['...crossFindings(yaml.data, now)', '', 'names are not looked up'],
  ['[...characters, ...fromMarks(lines, scan.marks)]', 'characters', 'signs without quotes do not count'],
  [
    '[...characters, ...fromMarks(lines, scan.marks)]',
    'fromMarks(lines, scan.marks)',
    'characters that nobody sees do not count',
  ],
);

const loadOther = rows(
  'policy/load.ts',
  false,
  ['if (size !== undefined) return', 'if (false) return', 'a file of any size is read'],
  ['if (look.stop) return', 'if (false) return', 'a text that nests too deep is composed'],
  ['if (yaml.broken) return', 'if (false) return', 'what is no YAML is judged'],
  ["typeof yaml.data !== 'object' || yaml.data === null || Array", 'Array', 'a word is judged as a policy'],
  ['|| Array.isArray(yaml.data)', '', 'a list is judged as a policy'],
  ['if (many.length > 0) return', 'if (false) return', 'thousands of expressions are compiled'],
  ['problems.filter(isNews(before))', 'problems', 'echoes are told as well'],
  ["code === 'missing-key' || ", '', 'a missing key is hidden by what stands there'],
  ['!lines.has(line) && ', '', 'a line with a hidden character has other problems'],
  ['if (sorted.length <= mostProblems) return sorted;', 'return sorted;', 'problems have no end'],
  ['(a.line ?? 0) - (b.line ?? 0) || ', '', 'problems are in the order of columns'],
  [' || (a.column ?? 0) - (b.column ?? 0)', '', 'problems of a line are in any order'],
  [
    'new Map(problems.map((problem) => [JSON.stringify(problem), problem]))',
    'new Map(problems.map((problem) => [problem, problem]))',
    'problems are told twice',
  ],
  ['file === undefined ? rest : { ...rest, file }', 'rest', 'the last problem has no file'],
);

const yaml = rows(
  'policy/yaml.ts',
  true,
  [
    "const secondDocument = code === 'MULTIPLE_DOCS';",
    "const secondDocument = code === 'MULTIPLE_DOCS';\n  if (secondDocument) return undefined;",
    'a second document is not told',
  ],
  ['if (!isSecond) return undefined;', 'return undefined;', 'a key may stand twice, and one of them counts'],
  ["if (key === '<<')", "if (key === '<')", 'a merge is not told'],
  ["schema: 'core'", "schema: 'yaml-1.1'", 'yes and no are true and false'],
  ["schema: 'core'", "schema: 'failsafe'", 'everything is text'],
  ['if (name === undefined) {', 'if (false) {', 'a key may be a list'],
  ['if (!forbidden.has(name)) data', 'data', 'a prototype is set'],
  [
    "if (code === 'NON_STRING_KEY') return undefined;",
    "if (code !== 'NON_STRING_KEY' || code === 'NON_STRING_KEY') return undefined;",
    'nothing is wrong with any YAML',
  ],
);

const yamlOther = rows(
  'policy/yaml.ts',
  false,
  [
    'const data: Record<string, unknown> = Object.create(null);',
    'const data: Record<string, unknown> = {};',
    'what every object has stands in a policy',
  ],
  ["if (code === 'BAD_SCALAR_START') return", "if (code === 'BAD') return", 'a sign that is reserved is not explained'],
  [
    "if (message.startsWith('Implicit map key')) return advice['MULTILINE_IMPLICIT_KEY'] ?? '';",
    '',
    'a missing colon is not explained',
  ],
  [
    "if (message.startsWith('Sequence item')) return advice['BAD_INDENT'] ?? '';",
    '',
    'a wrong indent is not explained',
  ],
  ['Math.max(0, text.trimEnd().length - 1)', 'text.length', 'what is never closed is in the last line'],
  ['if (looksSecret(key)) return secretFault;', '', 'a key may be a secret'],
  ["if (typeof value === 'string' && looksSecret(value)) found(", 'if (false) found(', 'a value may be a secret'],
  ['if (forbidden.has(key))\n', 'if (false)\n', 'a key may be __proto__'],
  ["'__proto__', 'constructor', 'prototype'", "'__proto__', 'prototype'", 'a team may be called constructor'],
  [
    'const value = meantText(node) ?? (isScalar(node) ? node.value : null);',
    'const value = isScalar(node) ? node.value : null;',
    'a word without quotes hides what comes after',
  ],
  ['wantsKey ? keySpan : nonEmpty(spanOf(next))', 'nonEmpty(spanOf(next))', 'a wrong key is shown at its value'],
  ['wantsKey ? keySpan : nonEmpty(spanOf(next))', 'keySpan', 'a wrong value is shown at its key'],
  ['span !== undefined && span.end > span.start ? span : undefined', 'span', 'an empty value is shown nowhere'],
  ["code === 'yaml-syntax');", "code === 'never');", 'what is no YAML is judged'],
);

const scan = rows(
  'policy/scan.ts',
  false,
  ['const deepest = 32;', 'const deepest = 31;', '32 levels are too many'],
  ['const deepest = 32;', 'const deepest = 3200;', 'thousands of levels are read'],
  ['const stackLimit = deepest + 2;', 'const stackLimit = deepest + 3;', '33 levels are read'],
  [
    ');\n    return { marks, stop: true };',
    ');\n    return { marks, stop: false };',
    'what nests too deep is composed',
  ],
  ["type === 'tag' || type", 'type', 'tags are not told'],
  ["|| type === 'anchor' ", '', 'anchors are not told'],
  [" || type === 'alias')", ')', 'aliases are not told'],
  ["if (type !== 'directive-line') return undefined;", 'return undefined;', 'directives are not told'],
  [
    "stop: marks.some(({ finding }) => finding.fault.code === 'directive')",
    'stop: false',
    'a text with a directive is composed',
  ],
  ["word.replaceAll('\"', '')", 'word', 'quotes are put in quotes'],
);

const characters = rows(
  'policy/characters.ts',
  false,
  ['256 * 1024', '250 * 1024', 'the largest file is too large'],
  ['256 * 1024', '512 * 1024', 'a file may be twice as large'],
  [' || new TextEncoder().encode(text).length > largestPolicyBytes', '', 'letters count as bytes'],
  ['\\p{Cc}\\p{Cf}', '\\p{Cf}', 'control characters are not told'],
  ['\\p{Cc}\\p{Cf}', '\\p{Cc}', 'characters without width are not told'],
  ['\\u00A0\\u2028', '\\u2028', 'a space that is none is not told'],
  ['\\u2028\\u2029', '', 'a line end that is none is not told'],
  ['(?![\\t\\r])', '(?![\\r])', 'a tab is told'],
  ['(?![\\t\\r])', '(?![\\t])', 'a Windows line end is told'],
  ['/\\uFFFD|\\p{Cs}/u', '/\\p{Cs}/u', 'replaced bytes are not told'],
  ['/\\uFFFD|\\p{Cs}/u', '/\\uFFFD/u', 'half a character is not told'],
  [
    "start === 0 && line.startsWith('\\uFEFF') ? byteOrderMark : undefined",
    'undefined',
    'a byte order mark is not explained',
  ],
  ['start += line.length + 1;', 'start += line.length;', 'characters are shown in the wrong line'],
  ['ignoreBOM: true', 'ignoreBOM: false', 'a byte order mark is not told'],
);

// Not here: Object.hasOwn of what issues are about, since no key of the language is what every object has; and how many
// problems are looked into, which is told by the time alone.
const issues = rows(
  'policy/issues.ts',
  false,
  ['return withoutEchoes(shown);', 'return shown;', 'an entry of unknown keys is empty as well'],
  ['if (value === undefined)\n', 'if (false)\n', 'a missing key is of the wrong type'],
  [
    "if (value === null) return { code: 'no-value'",
    "if (false) return { code: 'no-value'",
    'a forgotten value is of the wrong type',
  ],
  [
    "if (issue.code === 'invalid_type' && issue.expected === 'int')",
    'if (false)',
    'half a number is of the wrong type',
  ],
  ['return wordless ?? fitting[0];', 'return fitting[0];', 'the wrong branch is explained'],
  [
    'const fitting = branches.filter((branch) => !branch.some(isRootType));',
    'const fitting = branches;',
    'the first branch is explained',
  ],
  ["word.replace(/^!/, '')", 'word', 'a negated word is near to nothing'],
  ["path.length === 1 && path[0] === 'version'", 'false', 'another version is an unknown word'],
  ["expected.includes('string') && isBare", 'false', 'a number is not put in quotes'],
  ['isBelow ? home : (near ?? home)', 'near', 'a key is only looked for where it stands'],
  [
    'near === undefined ? nearHome(key, from) : undefined',
    'undefined',
    'a misspelled key is only looked for where it stands',
  ],
  ["closest(found.says, Intl.supportedValuesOf('timeZone'))", 'undefined', 'no time zone is near'],
  ["if (issue.code === 'invalid_key') {", 'if (false) {', 'a wrong key is shown at its value'],
  ["issue.origin === 'number' || issue.origin === 'int'", "issue.origin === 'int'", 'a number out of range is a list'],
);

const secrets = rows(
  'policy/secrets.ts',
  false,
  ['/xox[a-z]-', '/xoxb-', 'tokens of users are shown'],
  ['/xapp-[', '/xapp_[', 'tokens of apps are shown'],
  ['hooks\\.slack\\.com|', '', 'webhooks of Slack are shown'],
  ['chat\\.googleapis\\.com|', '', 'webhooks of Google Chat are shown'],
  ['[\\w.-]{0,100}webhook\\.office\\.com|', '', 'webhooks of Teams are shown'],
  ['[\\w.-]{0,100}\\.logic\\.azure\\.com', '-', 'workflows are shown'],
  ['(sig|token|key|secret)=', '(sig|key|secret)=', 'tokens in links are shown'],
  ['(smtps?|https?)', '(https?)', 'passwords of mail servers are shown'],
  ['/-----BEGIN [A-Z ]{1,40}-----/g', '/-----BEGIN [A-Z]{1,40}-----/g', 'private keys are shown'],
  ['/\\bwhsec_', '/\\bwhsec-', 'secrets of webhooks are shown'],
  ["'•'.repeat(secret.length)", "'•'", 'columns move'],
  ['text.search(form) >= 0', 'form.test(text)', 'every other secret is shown'],
);

const source = rows(
  'policy/source.ts',
  true,
  ['if (seen?.sha256 !== hash) seen =', 'if (seen === undefined) seen =', 'an edit is never read'],
  [
    'if (policy === undefined) return keep(problems, hash);',
    "if (policy === undefined) return { ...(await keep(problems, hash)), standing: 'current' };",
    'an edit that was refused leaves the policy in force',
  ],
  ["{ standing: 'last-good', ...good", "{ standing: 'current', ...good", 'the last good policy stays in force'],
  ['good?.version.sha256 !== hash;', 'good === undefined;', 'the first policy stays for ever'],
);

const sourceOther = rows(
  'policy/source.ts',
  false,
  ['if (changed || good === undefined) {', 'if (good === undefined) {', 'an edit has the version of the text before'],
  ["if (!before.isFile()) return { unreadable: 'it is not a file' };", '', 'a folder is read'],
  ['maxBytes + 1', 'maxBytes', 'a file that is too large is cut'],
  ['const changed = good?.version.sha256 !== hash;', 'const changed = true;', 'every reading is a change'],
  ["problemAt(linesOf('', where)", "problemAt(linesOf('', undefined)", 'nobody is told which file cannot be read'],
  [
    'problems, rejectedSha256, changed: false, previous }',
    'problems, changed: false, previous }',
    'nobody is told which text was refused',
  ],
);

/** Faults in reading the text of a policy. */
export const loading: readonly Mutant[] = [
  ...load,
  ...loadOther,
  ...yaml,
  ...yamlOther,
  ...scan,
  ...characters,
  ...issues,
  ...secrets,
  ...source,
  ...sourceOther,
];
