// Draws the pictures of the page from its data, when they come into view, and again when colours or widths change.
window.pictures = (() => {
  const { charts } = JSON.parse(document.getElementById('page-data').textContent);
  const inks = {};
  const names = ['caught', 'false-alarm', 'rest', 'told', 'held', 'breaker', 'ink', 'quiet', 'line', 'paper'];
  const probe = document.createElement('span');
  probe.hidden = true;
  document.body.append(probe);
  const readInks = () => {
    for (const name of names) {
      probe.style.color = `var(--${name})`;
      inks[name] = getComputedStyle(probe).color;
    }
  };
  readInks();

  const font = '12px -apple-system, "Segoe UI", Roboto, Helvetica, Arial, sans-serif';
  const scaled = { bars: true, curve: true };
  const heightOf = (kind, value) => (scaled[kind] ? Math.log10(1 + value) : value);
  const short = (value) => (value >= 1e6 ? `${value / 1e6}M` : value >= 1e3 ? `${value / 1e3}k` : String(value));

  function stepsUp(kind, most) {
    if (!scaled[kind]) return [0, most];
    const steps = [0];
    for (let value = 1; value <= Math.max(1, most); value *= 10) steps.push(value);
    return steps;
  }

  const drawn = new Map();

  /** The line of a limit, with its words beside it where there is room. */
  function drawMark(plot, { at, label }, { isChosen }) {
    const { ctx, bbox } = plot;
    const ratio = uPlot.pxRatio;
    const x = Math.round(plot.valToPos(at, 'x', true));
    ctx.save();
    ctx.strokeStyle = isChosen ? inks.caught : inks.ink;
    ctx.lineWidth = (isChosen ? 2 : 1.5) * ratio;
    if (!isChosen) ctx.setLineDash([5 * ratio, 4 * ratio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    if (label) {
      ctx.font = font.replace('12px', `${12 * ratio}px`);
      const width = ctx.measureText(label).width;
      const isLeft = x + width + 8 * ratio > bbox.left + bbox.width;
      const left = isLeft ? x - width - 6 * ratio : x + 6 * ratio;
      ctx.fillStyle = inks.paper;
      ctx.globalAlpha = 0.85;
      ctx.fillRect(left - 2 * ratio, bbox.top, width + 4 * ratio, 16 * ratio);
      ctx.globalAlpha = 1;
      ctx.fillStyle = inks.ink;
      ctx.textBaseline = 'top';
      ctx.textAlign = 'left';
      ctx.fillText(label, left, bbox.top + 2 * ratio);
    }
    ctx.restore();
  }

  /** As many ticks as there is room for. */
  function shownTicks(plot, ticks) {
    const widest = Math.max(1, ...ticks.map(([, label]) => label.length));
    const room = Math.max(1, Math.floor((plot.width - 40) / (widest * 6.5 + 14)));
    const every = Math.max(1, Math.ceil(ticks.length / room));
    return ticks.filter((_, index) => index % every === 0);
  }

  function axesOf({ kind, ticks }, { isLast, steps }) {
    const across = {
      show: isLast,
      size: 26,
      gap: 4,
      font,
      stroke: () => inks.quiet,
      grid: { show: false },
      ticks: { stroke: () => inks.line, size: 5, width: 1 },
      splits: (plot) => shownTicks(plot, ticks).map(([at]) => at),
      values: (plot) => shownTicks(plot, ticks).map(([, label]) => label),
    };
    const up = {
      size: 48,
      gap: 5,
      font,
      stroke: () => inks.quiet,
      grid: { stroke: () => inks.line, width: 1 },
      ticks: { show: false },
      splits: () => steps.map((step) => heightOf(kind, step)),
      values: () => steps.map((step) => (kind === 'lane' && step === 0 ? '' : short(step))),
    };
    return [across, up];
  }

  const shares = { lane: [0.8, 0.8], bars: [0.86, 0.86, 0.5] };
  const widest = { lane: 14, bars: 60 };

  function seriesOf(kind, { ink }, index) {
    const points = { show: false };
    const stroke = () => inks[ink];
    if (kind === 'curve') return { stroke, width: 2, points, ...(index === 1 && { dash: [6, 4] }) };
    const paths = uPlot.paths.bars({ size: [shares[kind][index], widest[kind]] });
    return { stroke, fill: stroke, width: 0, points, paths };
  }

  function hooksOf(id, { kind, marks, says }) {
    const place = document.querySelector(`[data-says="${kind === 'lane' ? 'lanes' : id}"]`);
    const drawMarks = (plot) => {
      for (const mark of marks) drawMark(plot, mark, { isChosen: false });
      const chosen = drawn.get(id)?.chosen;
      if (chosen !== undefined && chosen !== marks[0]?.at) drawMark(plot, { at: chosen }, { isChosen: true });
    };
    const say = (plot) => {
      if (place !== null) place.textContent = says[plot.cursor.idx] ?? '';
    };
    return { draw: [drawMarks], setCursor: [say] };
  }

  function optionsOf(id, chart, host) {
    const { kind, series } = chart;
    const points = series[0].values.length;
    const most = Math.max(0, ...series.flatMap((one) => one.values));
    const isLast = kind !== 'lane' || host.parentElement.matches('.lane:last-child');
    const isCurve = kind === 'curve';
    const steps = stepsUp(kind, most);
    return {
      width: host.clientWidth,
      height: host.clientHeight,
      padding: [10, 12, isLast ? 0 : 6, 0],
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: false, y: false, setScale: false },
        points: { show: isCurve },
        ...(kind === 'lane' && { sync: { key: 'lanes' } }),
      },
      scales: {
        x: { time: false, range: () => (isCurve ? [0, Math.max(1, points - 1)] : [-0.5, points - 0.5]) },
        y: { range: () => [0, Math.max(0.35, heightOf(kind, most) * (scaled[kind] ? 1.1 : 1))] },
      },
      axes: axesOf(chart, { isLast, steps }),
      series: [{}, ...series.map((one, index) => seriesOf(kind, one, index))],
      hooks: hooksOf(id, chart),
    };
  }

  function draw(host) {
    const id = host.dataset.chart;
    const chart = charts[id];
    if (chart === undefined || drawn.get(id)?.plot !== undefined || host.clientWidth === 0) return;
    const { kind, series } = chart;
    const places = series[0].values.map((_, index) => index);
    const values = series.map((one) =>
      one.values.map((value) => (value === 0 && !scaled[kind] ? null : heightOf(kind, value))),
    );
    const known = drawn.get(id) ?? {};
    drawn.set(id, known);
    known.plot = new uPlot(optionsOf(id, chart, host), [places, ...values], host);
    known.host = host;
  }

  const redraw = () => {
    readInks();
    for (const { plot } of drawn.values()) plot?.redraw(false, true);
  };

  // One look at the widths for each frame, however often they change.
  let isAsked = false;
  const fit = () => {
    isAsked = false;
    for (const { plot, host } of drawn.values()) {
      if (plot !== undefined && host.clientWidth > 0 && host.clientWidth !== plot.width)
        plot.setSize({ width: host.clientWidth, height: host.clientHeight });
    }
  };
  const askFit = () => {
    if (!isAsked) requestAnimationFrame(fit);
    isAsked = true;
  };

  const hosts = [...document.querySelectorAll('.chart')];
  const near = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        draw(target);
      }
    },
    { rootMargin: '600px' },
  );
  for (const host of hosts) near.observe(host);
  new ResizeObserver(askFit).observe(document.querySelector('main'));
  document.getElementById('theme').addEventListener('change', redraw);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);

  // Paper is white, and has no place to click on.
  let theme;
  const closed = [];
  addEventListener('beforeprint', () => {
    theme = document.documentElement.dataset.theme;
    document.documentElement.dataset.theme = 'light';
    for (const one of document.querySelectorAll('details:not([open])')) {
      if (one.querySelectorAll('tr').length > 15) continue;
      one.open = true;
      closed.push(one);
    }
    for (const host of hosts) draw(host);
    redraw();
  });
  addEventListener('afterprint', () => {
    if (theme === undefined) delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    for (const one of closed.splice(0)) one.open = false;
    redraw();
  });

  return {
    /** Marks the place that is chosen in a picture. */
    choose: (id, at) => {
      const known = drawn.get(id) ?? {};
      drawn.set(id, known);
      known.chosen = at;
      known.plot?.redraw(false, false);
    },
  };
})();
