// Asks for news every second and changes only the rooms that have some, so that reading is not disturbed.
const everyMs = 1000;
const rooms = document.getElementById('rooms');
const choice = document.getElementById('room');
const status = document.getElementById('status');
const empty = document.getElementById('empty');

const sections = () => [...rooms.querySelectorAll('.room')];

function showChosen() {
  for (const section of sections()) section.hidden = choice.value !== '' && section.dataset.room !== choice.value;
}

function offerRooms() {
  const chosen = choice.value;
  const all = sections().toSorted((a, b) => a.dataset.to.localeCompare(b.dataset.to));
  choice.replaceChildren(
    new Option('All rooms', ''),
    ...all.map((section) => new Option(section.dataset.to, section.dataset.room)),
  );
  choice.value = all.some((section) => section.dataset.room === chosen) ? chosen : '';
  empty.hidden = all.length > 0;
  showChosen();
}

function take(html) {
  const fresh = new DOMParser().parseFromString(html, 'text/html').body;
  const known = new Map(sections().map((section) => [section.dataset.room, section]));
  const next = [...fresh.children].map((section) => {
    const before = known.get(section.dataset.room);
    if (before === undefined) return section;
    if (before.innerHTML !== section.innerHTML) before.replaceChildren(...section.childNodes);
    return before;
  });
  // What is in its place already is not moved: moving takes the focus away.
  for (const [index, section] of next.entries())
    if (rooms.children[index] !== section) rooms.insertBefore(section, rooms.children[index] ?? null);
  while (rooms.children.length > next.length) rooms.lastElementChild.remove();
  offerRooms();
}

async function ask() {
  const answer = await fetch(`rooms?after=${encodeURIComponent(rooms.dataset.version)}`);
  if (answer.status !== 200) return;
  rooms.dataset.version = answer.headers.get('x-version');
  take(await answer.text());
  status.textContent = `Updated at ${new Date().toLocaleTimeString()}`;
}

async function watch() {
  try {
    await ask();
  } catch {
    status.textContent = 'The inbox does not answer: is it still running?';
  }
  setTimeout(watch, everyMs);
}

offerRooms();
choice.addEventListener('change', showChosen);
setTimeout(watch, everyMs);
