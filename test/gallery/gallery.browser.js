// Which message and which channel are shown; the choice is in the address, so that it can be passed on.
const choices = { message: document.getElementById('message'), channel: document.getElementById('channel') };

function measure(frame) {
  const page = frame.contentDocument;
  if (!page?.body || frame.offsetParent === null) return;
  frame.style.height = '0';
  const border = frame.offsetHeight - frame.clientHeight;
  frame.style.height = `${page.documentElement.scrollHeight + border}px`;
}

const colours = (foreground) => ({ default: foreground, subtle: 'var(--quiet)' });
const cardStyle = {
  fontFamily: 'inherit',
  fontSizes: { small: 12, default: 14, medium: 15, large: 18, extraLarge: 21 },
  spacing: { small: 4, default: 8, padding: 12 },
  separator: { lineThickness: 1, lineColor: 'var(--line)' },
  actions: { actionsOrientation: 'horizontal', actionAlignment: 'left', maxActions: 6, spacing: 'default' },
  containerStyles: {
    default: {
      backgroundColor: 'var(--paper)',
      foregroundColors: { default: colours('var(--ink)'), accent: colours('var(--link)') },
    },
  },
};

/** Cards are drawn by the library that Microsoft publishes for it, once they are on the screen. */
function draw(place) {
  if (place.childElementCount > 0 || place.offsetParent === null) return;
  const card = new AdaptiveCards.AdaptiveCard();
  card.hostConfig = new AdaptiveCards.HostConfig(cardStyle);
  card.parse(JSON.parse(place.dataset.card));
  card.onExecuteAction = (action) => window.open(action.url, '_blank', 'noopener,noreferrer');
  place.append(card.render());
}

function show() {
  const { message, channel } = choices;
  for (const story of document.querySelectorAll('.story')) {
    story.hidden = message.value !== '' && story.dataset.message !== message.value;
    story.querySelector('.previews').classList.toggle('single', channel.value !== '');
    for (const preview of story.querySelectorAll('.preview'))
      preview.hidden = channel.value !== '' && preview.dataset.channel !== channel.value;
  }
  for (const frame of document.querySelectorAll('iframe')) measure(frame);
  for (const place of document.querySelectorAll('.teams')) draw(place);
}

function chosen() {
  const parts = new URLSearchParams();
  for (const [name, { value }] of Object.entries(choices)) if (value !== '') parts.set(name, value);
  history.replaceState(null, '', `#${parts}`);
  show();
}

const asked = new URLSearchParams(location.hash.slice(1));
for (const [name, choice] of Object.entries(choices)) {
  choice.value = asked.get(name) ?? '';
  if (choice.selectedIndex < 0) choice.value = '';
  choice.addEventListener('change', chosen);
}
for (const frame of document.querySelectorAll('iframe')) frame.addEventListener('load', () => measure(frame));
addEventListener('resize', show);
show();
