import { jobBlocks, noticeBlocks, type Check, type Sense } from './subject.ts';

/** Labels that are only negated: they hold for jobs without the label as well. */
export const labels: Check = (subject) => {
  const blocks = [...jobBlocks(subject), ...noticeBlocks(subject)];
  return blocks.flatMap(({ block, path }) =>
    Object.entries(block.labels ?? {}).flatMap(([key, values]): Sense[] => {
      if (!values.every((value) => value.startsWith('!'))) return [];
      const written = values.map((value) => JSON.stringify(value)).join(', ');
      const says = `${key}: ${written} also holds for jobs that have no ${key} label at all.`;
      const cure = `To ask for a label with another value, write ${key}: [present, ${written}].`;
      return [{ code: 'absence-satisfies', path: [...path, 'labels', key], says, try: cure }];
    }),
  );
};
