import { rows, type Mutant } from './mutant.ts';

const change = rows(
  'policy/difference/change.ts',
  false,
  ["harsher: 'softer', softer: 'harsher'", "harsher: 'harsher', softer: 'softer'", 'sparing more is harsher'],
  ["wider: 'harsher', narrower: 'softer'", "wider: 'softer', narrower: 'harsher'", 'striking more is softer'],
  [
    "extent === 'wider' ? 'narrower' : extent === 'narrower' ? 'wider' : extent",
    'extent',
    'unless is read the wrong way',
  ],
  ["parts.every((extent) => extent === first) ? first : 'either'", 'first', 'the first of several parts decides'],
  ["if (isAtLeast) return isAtMost ? 'same' : 'wider';", "if (isAtLeast) return 'same';", 'what is wider is the same'],
  ["return isAtMost ? 'narrower' : 'either';", "return 'narrower';", 'what is neither is narrower'],
);

const covers = rows(
  'policy/difference/covers.ts',
  false,
  ["wide === narrow || wide === '*'", 'wide === narrow', 'a star covers only itself'],
  ['isExpression(narrow) || (isExpression(wide)', '(isExpression(wide)', 'the text of an expression is a value'],
  ["(isExpression(wide) && narrow.includes('*'))", 'false', 'an expression covers a glob that it looks like'],
  ["if (word === 'absent' || other === 'absent') return false;", '', 'a star covers a missing label'],
  ["if (word === 'present') return true;", '', 'present covers no value'],
  [
    "other === 'present' ? word === '*' : coversPattern(word, other)",
    'coversPattern(word, other)',
    'a pattern that takes the word present covers all labels',
  ],
  ['group === undefined ? [word] : (groups[group] ?? [])', '[word]', 'the members of groups do not count'],
  ['if (outer.values === undefined) return true;\n  if (inner', 'if (inner', 'no condition is an empty one'],
  [
    'if (inner.values === undefined) return false;',
    'if (inner.values === undefined) return true;',
    'a condition covers what has none',
  ],
  [
    'narrow.positive.length > 0 && allCovered(narrow.positive, wide.positive, covers)',
    'allCovered(narrow.positive, wide.positive, covers)',
    'values cover a key with negations alone',
  ],
  ['inner.hasSpellings !== true && narrow', 'narrow', 'a reservation is looked for in one spelling'],
  [
    '!areWords || narrow.positive.some((word) => covers(no, word))',
    'narrow.positive.some((word) => covers(no, word))',
    'what is taken out of patterns does not count',
  ],
  [
    'return isTaken && allCovered(touching, narrow.negative, covers);',
    'return isTaken;',
    'what is taken out does not count',
  ],
  [
    'extentOf(contains(after, before, covers), contains(before, after, covers))',
    'extentOf(contains(before, after, covers), contains(after, before, covers))',
    'wider and narrower are swapped',
  ],
);

const limits = rows(
  'policy/difference/limits.ts',
  false,
  [
    'if (before.how !== after.how && !isOne(before) && !isOne(after))',
    'if (before.how !== after.how)',
    'one number inside all is another limit',
  ],
  [
    "isMore === (how === 'any') ? 'wider' : 'narrower'",
    "isMore ? 'wider' : 'narrower'",
    'one more number of all strikes more',
  ],
  ["now < old ? 'wider' : 'narrower'", "now > old ? 'wider' : 'narrower'", 'a higher limit strikes more'],
  ["isNoLater(after, before) ? 'wider' : 'either'", "'wider'", 'any is always wider than all'],
  ["isNoLater(before, after) ? 'narrower' : 'either'", "'narrower'", 'all is always narrower than any'],
  [
    "before === undefined ? 'wider' : 'narrower'",
    "before === undefined ? 'narrower' : 'wider'",
    'a ceiling more is softer',
  ],
  ['const how = isOne(after) ? before.how : after.how;', 'const how = after.how;', 'a number less of all is softer'],
);

const match = rows(
  'policy/difference/match.ts',
  false,
  ["  'reservation',\n  'billing',\n", "  'reservation',\n", 'an edit of billing is none'],
  [
    'if (!cancels || isNamed(statementType)) return statementType;',
    'if (isNamed(statementType)) return statementType;',
    'rules that warn reach SELECT only',
  ],
  ['others ? [noStatement] : []', '[]', 'loads are not reached where they are named'],
  [
    "block.jobType === undefined && cancels && asksForOne ? ['query'] : block.jobType",
    'block.jobType',
    'to name queries is a change',
  ],
  ['continuous ?? (cancels ? false : undefined)', 'continuous', 'a cancel rule reaches continuous queries'],
  [
    'cancels && names(after).some(',
    'false && names(after).some(',
    "the watchdog's own jobs are reached without a word",
  ],
  [
    'compareLists(before.unless ?? [], after.unless ?? [], { ...context, cancels: false })',
    'compareLists(before.unless ?? [], after.unless ?? [], context)',
    'unless reaches SELECT only',
  ],
  [
    'inverse(compareUnless(before, after, context))',
    'compareUnless(before, after, context)',
    'more in unless strikes more',
  ],
  ["isIn(compareBlocks(old, now, context), 'wider')", 'true', 'a block that is gone is none'],
  ["isIn(compareBlocks(old, now, context), 'narrower')", 'true', 'a block more is none'],
  ['blocks.length === 0 ? [{}] : blocks', 'blocks', 'a match left out holds for nothing'],
);

const rules = rows(
  'policy/difference/rules.ts',
  false,
  ['if (has(before, rule.name)) return [];', '', 'a rule may be a new name of another that stays'],
  ['if (moved === undefined) return [];', 'return [];', 'the order of rules does not count'],
  [
    "renamed.some(({ to }) => to === rule.name) ? [] : comeOrGone(rule, ['rules', index], 'new')",
    '[]',
    'a new rule is none',
  ],
  [
    'return [...names, ...kept, ...gone, ...reordered(before, after)];',
    'return [...names, ...kept, ...reordered(before, after)];',
    'a rule that is gone is none',
  ],
);

const rule = rows(
  'policy/difference/rule.ts',
  false,
  ["warns ? 'harsher' : 'softer'", "'softer'", 'a warning more is softer'],
  ["after.pastBreaker ? 'harsher' : 'softer'", "'softer'", 'acting past the breaker is softer'],
  ["gone ? 'harsher' : 'softer'", "gone ? 'softer' : 'harsher'", 'setting other rules aside is harsher'],
  ["rule.mode === 'enforce' ? felt(rule, 'harsher') : 'neutral'", "'neutral'", 'a new rule in force is neutral'],
  ['gone ? opposite(own) : own', 'own', 'a rule that is gone is harsher'],
  [
    "severity[after.action] > severity[before.action] ? 'harsher' : 'softer'",
    "severity[after.action] < severity[before.action] ? 'harsher' : 'softer'",
    'to cancel is softer than to warn',
  ],
  ["acts ? 'harsher' : 'softer'", "'softer'", 'a rule that comes into force is softer'],
  [
    "(rule.action === 'cancel' && rule.graceMs !== 0)",
    "(rule.action === 'cancel')",
    'a warning before a cancel without grace is harsher',
  ],
  ["now < old ? 'harsher' : 'softer'", "now < old ? 'softer' : 'harsher'", 'a shorter grace is softer'],
  [
    "changed(pair, [], 'harsher', `${after.name} no longer sets",
    "changed(pair, [], 'softer', `${after.name} no longer sets",
    'no longer to set a rule aside is softer',
  ],
  ["one?.then === 'letRun'", "one?.then === 'tell'", 'to tell of retries spares them'],
);

const exceptions = rows(
  'policy/difference/exceptions.ts',
  false,
  ['opposite(effectOf(extent))', 'effectOf(extent)', 'more exceptions are harsher'],
  ["now < old ? 'harsher' : 'softer'", "now < old ? 'softer' : 'harsher'", 'fewer jobs that may be kept are softer'],
  ["[at(['optOut'], 'softer'", "[at(['optOut'], 'harsher'", 'a new opt-out is harsher'],
  ["after.expires < before.expires ? 'harsher' : 'softer'", "'softer'", 'an earlier end is softer'],
  ["after.afterExpiry === 'cancel' ? 'harsher' : 'softer'", "'softer'", 'a cancel after the end is softer'],
  ["[at(path, 'softer', `${named(exemption)} is new.`)]", '[]', 'a new exemption is none'],
  [
    'after.from <= before.from && before.to <= after.to',
    'after.from <= before.from',
    'the end of a freeze does not count',
  ],
  [
    'outer.firstDay <= inner.firstDay && inner.lastDay <= outer.lastDay',
    'outer.firstDay <= inner.firstDay',
    'the last day of a freeze does not count',
  ],
  ['before.length === 0 || after.length === 0', 'false', 'a list of nobody is one of everybody'],
  ['!taken.has(position) && ', '', 'two entries are taken for one'],
);

const reach = rows(
  'policy/difference/rule-reach.ts',
  false,
  [
    "after.action === 'cancel' && before.action === 'cancel'",
    "after.action === 'cancel'",
    'a warning that becomes a cancel changes its match',
  ],
  [
    'toMinute > fromMinute ? toMinute - fromMinute : toMinute - fromMinute + 1440',
    'toMinute - fromMinute',
    'a night has no minutes',
  ],
  ['(start + minute) % (7 * 1440)', 'start + minute', 'a night from Sunday to Monday is of next week'],
  ['extentOf(isIn(old, now), isIn(now, old))', 'extentOf(isIn(now, old), isIn(old, now))', 'more hours are softer'],
);

const targets = rows(
  'policy/difference/targets.ts',
  false,
  [
    "target.mode === 'observe' || places.get(name)?.mode === 'observe'",
    "target.mode === 'observe'",
    'a place that is named twice has the last mode',
  ],
  ["mode === 'enforce' ? effect : 'neutral'", 'effect', 'a place that is only observed is harsher'],
  [
    "found.push(['harsher', `no longer leaves",
    "found.push(['softer', `no longer leaves",
    'a project that is no longer left out is softer',
  ],
  ["observes ? 'softer' : 'harsher'", "'softer'", 'acting on new projects is softer'],
  [
    "after.mode === 'enforce' ? 'harsher' : 'softer', `${after.name}",
    "'softer', `${after.name}",
    'a target in force is softer',
  ],
  ['if (before.mode === after.mode) return changes;', 'return changes;', 'the modes of targets do not count'],
);

const whole = rows(
  'policy/difference/whole.ts',
  false,
  ["[at(['mode'], 'harsher'", "[at(['mode'], 'softer'", 'a policy that enforces is softer'],
  ["counts ? 'either' : 'neutral'", "'neutral'", 'another time zone is neutral'],
  ["now > old ? 'harsher' : 'softer'", "now > old ? 'softer' : 'harsher'", 'a wider breaker is softer'],
  ["...numberChanges('budget', before.budget, after.budget, numbers.budget),", '', 'budgets do not count'],
  ["is > was ? 'harsher' : 'softer'", "is > was ? 'softer' : 'harsher'", 'a higher price is softer'],
  ["was === undefined || is === undefined ? 'either' : is", 'is', 'a price that comes or goes is softer'],
  ["counts ? effect : 'neutral'", "'neutral'", 'prices are neutral where costs have limits'],
);

/** Faults in saying what an edit of a policy changes, and whether it is harsher. */
export const difference: readonly Mutant[] = [
  ...change,
  ...covers,
  ...limits,
  ...match,
  ...rules,
  ...rule,
  ...exceptions,
  ...reach,
  ...targets,
  ...whole,
];
