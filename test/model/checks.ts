import { eventName, type JobEvent } from '../../shared/audit/event.ts';
import { attemptsUsed } from '../../shared/ledger/case.ts';
import type { Case } from '../../shared/ledger/document.ts';
import { isJobEvent } from '../watch/promises.ts';
import { runOf } from './oracle.ts';
import type { Model } from './plain.ts';
import type { Simulation } from './simulation.ts';

const outcomes: ReadonlySet<string> = new Set([
  'cancel.confirmed',
  'cancel.finished-first',
  'cancel.failed-by-itself',
  'cancel.gone',
  'cancel.forbidden',
  'cancel.unconfirmed',
  'cancel.error',
  // How the story of a job ends whose cancel had no effect, and of which the sweep that sent it could record nothing.
  'cancel.held-back',
  'case.ended',
  'case.withdrawn',
]);

const final: ReadonlySet<string> = new Set([
  'cancel.confirmed',
  'cancel.finished-first',
  'cancel.failed-by-itself',
  'cancel.gone',
  'case.ended',
]);

function eventsByCase(sim: Simulation): ReadonlyMap<string, ReadonlyMap<string, JobEvent>> {
  const cases = new Map<string, Map<string, JobEvent>>();
  for (const event of sim.oracle.promises.audit.filter(isJobEvent)) {
    const events = cases.get(event.case) ?? new Map<string, JobEvent>();
    events.set(event.id, event);
    cases.set(event.case, events);
  }
  return cases;
}

function checkNumbers(sim: Simulation, { id, sequence, job }: Case, events: ReadonlyMap<string, JobEvent>): void {
  const numbers = [...events.values()].map((event) => event.sequence).sort((a, b) => a - b);
  const wanted = Array.from({ length: sequence }, (_, at) => at + 1);
  if (numbers.join() !== wanted.join())
    sim.oracle.breaks(`case ${id} (${job.id}) has the numbers ${numbers.join()} instead of 1 to ${sequence}`);
}

function checkOutcome(sim: Simulation, { job }: Case, events: ReadonlyMap<string, JobEvent>): void {
  const told = [...events.values()].sort((a, b) => a.sequence - b.sequence).map(({ type }) => eventName(type));
  const attempts = sim.oracle.attempts.filter((one) => one.run === runOf(job)).length;
  const intended = told.filter((name) => name === 'cancel.intended').length;
  if (attempts > intended)
    sim.oracle.breaks(`${job.id} was cancelled ${attempts} times, with ${intended} intents on record`);
  const last = told.lastIndexOf('cancel.intended');
  if (attempts > 0 && !told.slice(last).some((name) => outcomes.has(name)))
    sim.oracle.breaks(`${job.id} was cancelled, and its record never says what came of it: ${told.join(', ')}`);
  const over = told.findIndex((name) => final.has(name));
  const late =
    over < 0 ? [] : told.slice(over + 1).filter((name) => name === 'cancel.intended' || name.startsWith('case.'));
  if (late.length > 0) sim.oracle.breaks(`${job.id}: ${late.join(', ')} after its story was over (${told[over]})`);
}

/** Every case has all its numbers, every cancel its outcome, and every story an end. */
export function checkCases(sim: Simulation): void {
  const byCase = eventsByCase(sim);
  const { cases } = sim.oracle.ledger();
  for (const story of Object.values(cases)) {
    const events = byCase.get(story.id) ?? new Map<string, JobEvent>();
    checkNumbers(sim, story, events);
    checkOutcome(sim, story, events);
    if (story.state !== 'closed')
      sim.oracle.breaks(`the case of ${story.job.id} is ${story.state} although all jobs are over`);
  }
  for (const id of byCase.keys()) if (cases[id] === undefined) sim.oracle.breaks(`case ${id} is not in the ledger`);
}

/** Every notice arrived, once, or is a dead letter, and has its receipt; nothing waits any more. */
export function checkNotices(sim: Simulation): void {
  const { people, oracle, excuses, deadLetters } = sim;
  for (const { id } of oracle.promises.notices) {
    const messages = people.arrived.filter(({ noticeId }) => noticeId === id).length;
    const allowed = 1 + (excuses.get(id) ?? 0) + (people.doubtful.has(id) ? 6 : 0);
    const receipt = oracle.receipts.get(id);
    if (messages > allowed) oracle.breaks(`${id} arrived ${messages} times`);
    if (receipt === undefined) oracle.breaks(`${id} has no receipt`);
    if (receipt?.how === 'delivered' && messages === 0) oracle.breaks(`${id} never arrived, and has a receipt`);
    if (receipt?.how === 'undeliverable' && !deadLetters.includes(id)) oracle.breaks(`${id} is lost: no dead letter`);
  }
  const waiting = sim.broker.waiting().length;
  if (waiting > 0) oracle.breaks(`${waiting} notices still wait to be delivered`);
  const unpublished = oracle.ledger().outbox.length;
  if (unpublished > 0) oracle.breaks(`${unpublished} events still wait in the outbox`);
}

/** Runaways that still run although nothing stood in the way of their cancel for a day. */
export function checkRunaways(sim: Simulation, model: Model): void {
  const { cases } = sim.oracle.ledger();
  for (const [id, { mayBeCancelled }] of model.jobs) {
    const job = sim.service.look({ id });
    const story = Object.values(cases).find((one) => job !== undefined && runOf(one.job) === runOf(job));
    const isGivenUp = story !== undefined && attemptsUsed(story) >= 3;
    const isRunning = job !== undefined && job.state !== 'done';
    if (mayBeCancelled && isRunning && !isGivenUp)
      sim.oracle.breaks(`${id} still runs: ${story?.state ?? 'there is no case'}, ${story?.attempts ?? 0} attempts`);
  }
}
