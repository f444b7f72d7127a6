/** What a job's own data shows that may help its owner, as a code; the words for it are in the message. */
export type HintCode =
  | 'select-star'
  | 'wildcard-tables'
  | 'no-filter'
  | 'limit-reads-all'
  | 'cross-join'
  | 'sorts-everything'
  | 'repeated-query';
