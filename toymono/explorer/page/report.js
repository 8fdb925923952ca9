// Where the reader is: the address says it, and addresses, keys, search and the slider change it.

const FIELDS = ["run", "member", "step", "neuron", "feature"];
const NOWHERE = { run: 0, member: null, step: null, neuron: null, feature: null };
const byId = (id) => document.getElementById(id);
let state = { ...NOWHERE };
let playing = null;

function addressOf(place) {
  const words = new URLSearchParams();
  for (const name of FIELDS) {
    const value = name === "run" ? INDEX.runs[place.run].name : place[name];
    if (value !== null) words.set(name, value);
  }
  return `#${words}`;
}

// The place that an address names, and what it names that this page does not hold.
function placeOf(address) {
  const words = new URLSearchParams(address.replace(/^#/, ""));
  const place = { ...NOWHERE }, unknown = [];
  if (words.has("run")) place.run = INDEX.runs.findIndex((run) => run.name === words.get("run"));
  if (place.run < 0) return { place: { ...NOWHERE }, unknown: [`run ${words.get("run")}`] };
  for (const name of FIELDS.slice(1)) {
    if (!words.has(name)) continue;
    if (/^\d+$/.test(words.get(name))) place[name] = Number(words.get(name));
    else unknown.push(`${name} ${words.get(name)}`);
  }
  const member = place.member === null ? null : openMember(place.run, place.member);
  if (!member) {
    if (place.member !== null) unknown.push(`member ${place.member}`);
    return { place: { ...NOWHERE, run: place.run }, unknown };
  }
  for (const name of ["neuron", "feature"]) {
    if (place[name] === null || member.order[name].includes(place[name])) continue;
    unknown.push(`${name} ${place[name]}`);
    place[name] = null;
  }
  return { place, unknown };
}

function go(place, keep = false) {
  if (keep) history.replaceState(null, "", addressOf(place));
  else history.pushState(null, "", addressOf(place));
  return follow();
}

function follow() {
  const { place, unknown } = placeOf(location.hash);
  state = place;
  byId("message").hidden = !unknown.length;
  byId("message").textContent = unknown.length ? `This report does not hold ${unknown.join(", ")}.` : "";
  if (state.member === null || state.neuron !== null || state.feature !== null) stop();
  showHeader();
  if (state.member === null) return showOverview(state);
  const member = openMember(state.run, state.member);
  showFinder(member);
  if (state.neuron !== null) return showNeuron(state, member);
  if (state.feature !== null) return showFeature(state, member);
  return showMember(state, member);
}

function showHeader() {
  const run = INDEX.runs[state.run];
  const runs = INDEX.runs.map(({ name }, place) => new Option(name, place, false, place === state.run));
  byId("run").replaceChildren(...runs);
  const options = run.members.map(({ number, label }) => new Option(`${number}: ${label}`, number));
  byId("member").replaceChildren(new Option("none", ""), ...options);
  byId("member").value = state.member ?? "";
  const trail = [["overview", { ...NOWHERE, run: state.run }]];
  const member = { ...state, neuron: null, feature: null };
  if (state.member !== null) trail.push([`member ${state.member}`, member]);
  for (const what of ["neuron", "feature"]) {
    if (state[what] !== null) trail.push([`${what} ${state[what]}`, { ...member, [what]: state[what] }]);
  }
  byId("trail").replaceChildren(...trail.map(([words, place]) => make("a", { href: addressOf(place) }, words)));
  document.title = [...trail.map(([words]) => words).slice(1).reverse(), run.name, "toymono report"].join(" - ");
  byId("finder").hidden = state.member === null;
}

// Rows of the table of neurons that the words in the search box name.
function found(member, words) {
  const query = words.trim().toLowerCase(), { rows, columns } = member.neurons;
  const at = (name) => columns.indexOf(name);
  const [, what, number] = query.match(/^(neuron|feature)?\s*(\d+)$/) || [];
  if (!query) return rows;
  const numbered = at(what === "feature" ? "favourite feature" : "neuron");
  if (number) return rows.filter((cells) => cells[numbered] === Number(number));
  if (query === "mono") return rows.filter((cells) => cells[at("score")] > INDEX.mono_threshold);
  return rows.filter((cells) => cells[at("role")].includes(query));
}

function showFinder(member) {
  const rows = found(member, byId("search").value);
  const names = ["neuron", "score", "favourite feature", "role"];
  const places = names.map((name) => member.neurons.columns.indexOf(name));
  const columns = ["neuron", "score", "feature", "role"];
  byId("found").textContent = `${rows.length} of ${member.neurons.rows.length} neurons`;
  const onRow = (line, [neuron]) => {
    line.classList.toggle("current", neuron === state.neuron);
    const href = addressOf({ ...state, feature: null, neuron });
    line.firstChild.replaceChildren(make("a", { href }, String(neuron)));
  };
  const shortened = rows.map((cells) => places.map((place) => cells[place]));
  byId("neurons").replaceChildren(tableElement({ columns, rows: shortened }, onRow));
  const current = byId("neurons").querySelector(".current");
  if (current) byId("neurons").scrollTop = current.offsetTop - byId("neurons").clientHeight / 2;
}

function stepThrough(what, by) {
  const member = openMember(state.run, state.member), order = member.order[what];
  const other = what === "neuron" ? "feature" : "neuron";
  const from = order.indexOf(state[what]);
  const partners = what === "neuron" ? member.strongest : member.favourite;
  const partner = state[other] === null ? order[0] : partners[state[other]];
  const to = from < 0 ? partner : order[Math.min(order.length - 1, Math.max(0, from + by))];
  go({ ...state, [other]: null, [what]: to }, from >= 0);
}

const KEYS = {
  ArrowLeft: ["neuron", -1], ArrowRight: ["neuron", 1], ArrowUp: ["feature", -1], ArrowDown: ["feature", 1],
};
document.addEventListener("keydown", (event) => {
  const busy = event.target.closest("input, select, textarea, .scroll");
  const other = event.ctrlKey || event.altKey || event.metaKey;
  if (!(event.key in KEYS) || busy || other || state.member === null) return;
  event.preventDefault();
  stepThrough(...KEYS[event.key]);
});

function stop() {
  clearTimeout(playing);
  playing = null;
  PLAYER.button.textContent = "play";
}

async function play() {
  const { step } = openMember(state.run, state.member).frames;
  const next = (frameOf(openMember(state.run, state.member), state.step) + 1) % step.length;
  await go({ ...state, step: step[next] }, true);
  if (playing !== null) playing = next === step.length - 1 ? stop() : setTimeout(play, 350);
}

PLAYER.button.addEventListener("click", () => {
  if (playing !== null) return stop();
  PLAYER.button.textContent = "pause";
  playing = setTimeout(play, 0);
});
PLAYER.slider.addEventListener("input", () => {
  stop();
  go({ ...state, step: openMember(state.run, state.member).frames.step[PLAYER.slider.value] }, true);
});
byId("run").addEventListener("change", (event) => go({ ...NOWHERE, run: Number(event.target.value) }));
byId("member").addEventListener("change", ({ target }) =>
  go({ ...NOWHERE, run: state.run, member: target.value === "" ? null : Number(target.value) }));
MEMBER.map.onClick = ({ x }) => go({ ...state, neuron: openMember(state.run, state.member).order.neuron[x] });
OVERVIEW.scatter.onClick = ({ customdata }) => {
  const held = INDEX.runs[state.run].members.some(({ number }) => number === customdata);
  if (held) go({ ...state, member: customdata });
};
byId("search").addEventListener("input", () => showFinder(openMember(state.run, state.member)));
byId("search").addEventListener("keydown", (event) => {
  const link = byId("neurons").querySelector("a");
  if (event.key === "Enter" && link) location.hash = link.hash;
});
window.addEventListener("hashchange", follow);
follow();
