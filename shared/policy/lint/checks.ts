import { amounts } from './amounts.ts';
import { breaker, budget } from './bounds.ts';
import { contradictions } from './contradictions.ts';
import { doubles, wideExceptions, wideFreezes } from './covering.ts';
import { dates } from './dates.ts';
import { fields } from './fields.ts';
import { keeping } from './keeping.ts';
import { knownWords } from './known-words.ts';
import { labels } from './labels.ts';
import { limits } from './limits.ts';
import { modes } from './modes.ts';
import { channels, groups, teams } from './names.ts';
import { prices } from './prices.ts';
import { reach } from './reach.ts';
import { owners, routes } from './routes.ts';
import { overridden, shadow } from './shadow.ts';
import { spelling } from './spelling.ts';
import type { Check } from './subject.ts';
import { targets } from './targets.ts';
import { unknownMetrics } from './unknown-metrics.ts';

/** Every look that is taken at a policy. */
export const checks: readonly Check[] = [
  reach,
  knownWords,
  spelling,
  contradictions,
  labels,
  fields,
  shadow,
  overridden,
  amounts,
  limits,
  unknownMetrics,
  modes,
  dates,
  wideExceptions,
  wideFreezes,
  doubles,
  keeping,
  groups,
  teams,
  channels,
  routes,
  owners,
  targets,
  breaker,
  budget,
  prices,
];
