import type { Code } from './code.ts';

/** Problems with the file as a whole. */
export const file = {
  'too-big': {
    means: 'A policy file may have 256 KiB, 500 rules at most.',
  },
  'not-utf8': {
    means: 'The file is not UTF-8, or an editor has already replaced bytes that were not.',
  },
  'byte-order-mark': {
    means: 'The file begins with a byte order mark, which belongs to no key.',
  },
  'invisible-character': {
    means:
      'Control characters, zero-width characters, direction marks and no-break spaces make a line mean something else than it seems to.',
    wrong: 'project: "analytics\\u200B-prod"',
    right: 'project: analytics-prod',
  },
  'not-a-policy': {
    means: 'The file is empty, or holds a list or a single value instead of keys.',
    wrong: '- name: huge-scans',
    right: 'rules: [{ name: huge-scans, … }]',
  },
  'policy-unreadable': {
    means: 'The file could not be read at all. The last good policy stays, in observe mode.',
  },
  'too-many-problems': {
    means: 'There are more problems than are shown.',
  },
} satisfies Record<string, Code>;

/** Problems with its YAML. */
export const yaml = {
  'yaml-syntax': {
    means: 'The file is not YAML. Nothing else is looked at until it is.',
    wrong: 'match: { project: analytics-*',
    right: 'match: { project: "analytics-*" }',
  },
  'quote-it': {
    means:
      'A word that begins with `!`, `*`, `&`, `@`, `%` or a back-tick is something else than text to YAML. Quoted, it is text.',
    wrong: 'principal: *@example.com',
    right: 'principal: "*@example.com"',
  },
  directive: {
    means: 'Lines that begin with % would change how the rest is read.',
    wrong: '%YAML 1.1',
    right: 'version: 1',
  },
  'second-document': {
    means: 'A second document in the file would be ignored.',
  },
  'too-deep': {
    means: 'Nothing in a policy is nested more than 32 levels deep.',
  },
  'merge-key': {
    means: 'Entries cannot be merged: what a rule does must stand in the rule.',
    wrong: '<<: { action: warn }',
    right: 'action: warn',
  },
  'duplicate-key': {
    means: 'A key stands twice in the same place; YAML readers disagree which one counts.',
    wrong: '{ grace: 10m, grace: none }',
    right: '{ grace: 10m }',
  },
  'key-not-text': {
    means: 'A key is a list or a map.',
    wrong: '[a, b]: data-platform',
    right: 'a: data-platform',
  },
  'forbidden-key': {
    means:
      'The words `__proto__`, `constructor` and `prototype` have a meaning of their own to JavaScript and are never names.',
    wrong: '__proto__: { mode: enforce }',
    right: 'mode: enforce',
  },
  'secret-in-policy': {
    means:
      'A token, a webhook address or a private key is written into the policy. It is never repeated in messages. Replace it: it has been seen.',
    wrong: 'slack: { tokenFrom: "xoxb-…" }',
    right: 'slack: { tokenFrom: SLACK_BOT_TOKEN }',
  },
} satisfies Record<string, Code>;

/** Problems with keys and the kinds of their values. */
export const shape = {
  'unknown-key': {
    means: 'There is no such key in this place.',
    wrong: 'limits: { runTime: 30m }',
    right: 'limit: { runTime: 30m }',
  },
  'missing-key': {
    means: 'A key that must be there is not.',
    wrong: '- name: huge-scans',
    right: '- { name: huge-scans, limit: { bytesEstimated: 5 TiB }, action: warn }',
  },
  'no-value': {
    means: 'The key stands there without a value. A `#` begins a comment unless it is quoted.',
    wrong: 'slack: #data-cost',
    right: 'slack: "#data-cost"',
  },
  'wrong-type': {
    means: 'A list, map, number, yes/no or text stands where another of them is needed.',
    wrong: 'pastBreaker: "true"',
    right: 'pastBreaker: true',
  },
  'unknown-value': {
    means: 'The word is none of those that this key takes.',
    wrong: 'action: kill',
    right: 'action: cancel',
  },
  'unsupported-version': {
    means: 'This version of Jobwarden reads version 1 of the policy language.',
    wrong: 'version: 2',
    right: 'version: 1',
  },
  'out-of-range': {
    means: 'The number is too small, too large or not whole.',
    wrong: 'maxCancels: -1',
    right: 'maxCancels: 0',
  },
  'too-many': {
    means: 'A list or a text is too long, or there are more than 500 rules or 500 expressions.',
  },
  'empty-value': {
    means: 'There is no text between the quotes.',
    wrong: 'reason: ""',
    right: 'reason: year-end close',
  },
  'empty-list': {
    means: 'The list is empty, so nothing could ever match or be watched.',
    wrong: 'project: []',
    right: 'project: ["analytics-*"]',
  },
} satisfies Record<string, Code>;
