// Shows what a slider stands on: everything was counted before, and is only looked up.
{
  const { sliders } = JSON.parse(document.getElementById('page-data').textContent);
  const told = document.getElementById('told');
  const tell = (words) => {
    told.textContent = '';
    // A text that stays the same is not said again; one that comes back is.
    setTimeout(() => {
      told.textContent = words;
    }, 50);
  };

  const fill = (cells, texts) => {
    for (const [index, cell] of [...cells].entries()) cell.textContent = texts[index] ?? '';
  };

  const showRow = (row, texts) => {
    fill(row.querySelectorAll('td'), texts);
    row.hidden = texts[0] === '0';
  };

  async function copy(text, from) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const range = document.createRange();
      range.selectNodeContents(from);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      return document.execCommand('copy');
    }
  }

  for (const part of document.querySelectorAll('[data-slider]')) {
    const id = part.dataset.slider;
    const slider = sliders[id];
    const range = part.querySelector('input[type="range"]');
    const reset = part.querySelector('[data-reset]');
    const code = part.querySelector('code:has([data-limit])');
    const show = () => {
      const at = Number(range.value);
      range.setAttribute('aria-valuetext', slider.says[at]);
      part.querySelector('output').textContent = slider.amounts[at];
      fill(part.querySelectorAll('.tiles dd'), slider.cells[at]);
      part.querySelector('[data-limit]').textContent = slider.yaml[at];
      for (const what of ['owners', 'clients']) {
        for (const [index, row] of [...part.querySelectorAll(`[data-parts="${what}"] tbody tr`)].entries())
          showRow(row, slider[what][at][index]);
      }
      reset.disabled = at === slider.own;
      window.pictures.choose(id, at);
    };
    range.addEventListener('input', show);
    reset.addEventListener('click', () => {
      range.value = String(slider.own);
      show();
      range.focus();
    });
    part.querySelector('[data-copy]').addEventListener('click', () => {
      void copy(`${code.textContent}\n`, code).then((isCopied) =>
        tell(isCopied ? 'Copied.' : 'It could not be copied; the text is selected.'),
      );
    });
    // A browser that goes back keeps where a slider was.
    if (Number(range.value) !== slider.own) show();
  }
}
