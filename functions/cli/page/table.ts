import { markup, type Markup } from '../../../shared/pages/markup.ts';

/** A table: its first column names the rows. */
export interface Shown {
  readonly caption: string;
  readonly headings: readonly string[];
  readonly rows: readonly (readonly (string | Markup)[])[];
  /** The number of the row that is marked. */
  readonly marked?: number;
  /** Which rows are shown; all of them where it is left out. */
  readonly isShown?: readonly boolean[];
}

/** A table with a caption, whose numbers stand under each other. */
export function tableMarkup({ caption, headings, rows, marked, isShown }: Shown): Markup {
  const head = headings.map((heading) => markup`<th scope="col">${heading}</th>`);
  const body = rows.map((row, index) => {
    const cells = row.map((cell, column) =>
      column === 0
        ? markup`<th scope="row">${cell}</th>`
        : markup`<td data-label="${headings[column] ?? ''}">${cell}</td>`,
    );
    if (isShown?.[index] === false) return markup`<tr hidden>${cells}</tr>`;
    return index === marked ? markup`<tr class="marked">${cells}</tr>` : markup`<tr>${cells}</tr>`;
  });
  return markup`<table><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`;
}

/** A table that is opened by those who want its numbers: what a picture shows, in words. */
export function foldedTable(summary: string, shown: Shown): Markup {
  return markup`<details><summary>${summary}</summary>${tableMarkup(shown)}</details>`;
}
