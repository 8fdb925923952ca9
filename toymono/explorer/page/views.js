// What is seen: the overview of a run, a member over its steps, one neuron, one feature. Pictures are made once.

const VIEW = document.getElementById("view");
const OVERVIEW = { sweep: new Picture("sweep", true), scatter: new Picture("scatter", true) };
const MEMBER = { map: new Picture("map", true), score: new Picture("score"), loss: new Picture("loss") };
const NEURON = mapped(INDEX.titles.neuron, (_, name) => new Picture(name));
const FEATURE = mapped(INDEX.titles.feature, (_, name) => new Picture(name));

function panels(pictures) {
  return make("div", { class: "panels" }, ...Object.values(pictures).map((picture) => picture.element));
}

// Fills the view with what `of` makes, unless it is the same view already, whose pictures then keep their places.
function enter(name, of) {
  if (VIEW.dataset.name === name) return false;
  VIEW.dataset.name = name;
  VIEW.replaceChildren(...of());
  window.scrollTo(0, 0);
  return true;
}

function tableSection({ name, columns, rows }, onRow = null) {
  const table = { name, columns, rows };
  const scroll = make("div", { class: "scroll", tabindex: "0" }, tableElement(table, onRow));
  return make("section", { "data-name": name }, downloads(() => table), scroll);
}

function claimsSection() {
  const { words, tables } = INDEX.claims;
  const section = make("section", {}, make("h2", {}, "Claims"), make("p", {}, words));
  if (!tables.length) return section;
  const [judged, all] = tables;
  const onRow = (line, cells) => cells[0] && line.classList.add("head");
  if (judged.rows.length) section.append(tableSection(judged, onRow));
  section.append(tableDetails("every measurement, judged or not", () => all));
  return section;
}

// Members whose numbers the page holds are links.
function membersSection(run, state) {
  const held = new Set(run.members.map(({ number }) => number));
  return tableSection(run.tables[0], (line, [number]) => {
    if (!held.has(number)) return;
    const link = make("a", { href: addressOf({ ...state, member: number }) }, `${number}`);
    line.firstChild.replaceChildren(link);
  });
}

function overviewParts(run, state) {
  return [
    make("h1", {}, run.name), make("p", {}, run.words), make("p", { class: "note", id: "thinned" }, run.thinned),
    panels(OVERVIEW), claimsSection(),
    make("h2", {}, "Members"), make("p", { class: "note" }, "Linked numbers open a network, neuron by neuron."),
    membersSection(run, state), ...run.tables.slice(1).map((table) => tableDetails(table.name, () => table)),
  ];
}

function showOverview(state) {
  const run = INDEX.runs[state.run];
  if (!enter(`overview ${state.run}`, () => overviewParts(run, state))) return;
  for (const [name, picture] of Object.entries(OVERVIEW)) {
    const { heading, note, figure } = run.figures[name];
    picture.show(heading, figure, note, () => run.tables[name === "sweep" ? 1 : 0]);
  }
}

function stepper() {
  const button = make("button", { type: "button", id: "play" }, "play");
  const slider = make("input", { type: "range", id: "step", min: "0", step: "1", "aria-label": "record" });
  const label = make("output", { for: "step" });
  return { button, slider, label, element: make("div", { class: "player" }, button, slider, label) };
}
const PLAYER = stepper();

function frameOf(member, step) {
  const steps = member.frames.step;
  if (step === null) return steps.length - 1;
  const away = (other) => Math.abs(other - step);
  return steps.reduce((best, other, place) => (away(other) < away(steps[best]) ? place : best), 0);
}

function showMember(state, member) {
  const place = frameOf(member, state.step), step = member.frames.step[place];
  PLAYER.slider.max = member.frames.step.length - 1;
  enter(`member ${state.run} ${member.number}`, () => [
    make("h1", {}, `Member ${member.number}: ${member.label}`), PLAYER.element, panels(MEMBER),
    tableDetails("neurons", () => member.neurons), tableDetails("features", () => member.features),
  ]);
  PLAYER.slider.value = place;
  PLAYER.slider.setAttribute("aria-valuetext", `step ${step}`);
  PLAYER.label.textContent = `step ${step}`;
  const figures = memberFigures(member, place), words = member.words;
  const drawn = [
    MEMBER.map.show("Every neuron against every feature", figures.map, words.step[place], () => recordTable(member, place)),
    MEMBER.score.show("How the scores are spread", figures.score, words.score[place]),
    MEMBER.loss.show("Loss", figures.loss, words.loss[place]),
  ];
  return Promise.all(drawn);
}

function titled(title, numbers) {
  return title.replaceAll(/\{(\w+)\}/g, (_, name) => numbers[name]);
}

// A neuron's or a feature's page: a sentence, links to what it belongs with, and its pictures.
function showOne(state, what, number, sentence, links, pictures, figures, numbers) {
  const nav = () => make("nav", { id: "beside", "aria-label": "Beside it" });
  enter(what, () => [make("h1"), make("p", { id: "sentence" }), nav(), panels(pictures)]);
  VIEW.querySelector("h1").textContent = `${what[0].toUpperCase()}${what.slice(1)} ${number}`;
  VIEW.querySelector("#sentence").textContent = sentence;
  VIEW.querySelector("#beside").replaceChildren(...links);
  const titles = INDEX.titles[what];
  const drawn = Object.entries(pictures).map(([name, picture]) => {
    const title = titled(titles[name], numbers);
    return picture.show(title, figures[name], sentenceOf(figures[name]));
  });
  return Promise.all(drawn);
}

function neighbours(state, what, order, number) {
  const place = order.indexOf(number);
  const href = (other) => addressOf({ ...state, [what]: other });
  const link = (label, other) => make("a", { href: href(other) }, `${label} ${what} ${other}`);
  const found = [];
  if (place > 0) found.push(link("←", order[place - 1]));
  if (place < order.length - 1) found.push(link("→", order[place + 1]));
  return found;
}

function showNeuron(state, member) {
  const neuron = state.neuron, favourite = member.favourite[neuron];
  const href = addressOf({ ...state, neuron: null, feature: favourite });
  const beside = make("a", { href }, `favourite feature ${favourite}`);
  const links = [...neighbours(state, "neuron", member.order.neuron, neuron), beside];
  const figures = neuronFigures(member, neuron);
  return showOne(state, "neuron", neuron, member.words.neuron[neuron], links, NEURON, figures, { favourite });
}

function showFeature(state, member) {
  const feature = state.feature, strongest = member.strongest[feature];
  const href = addressOf({ ...state, feature: null, neuron: strongest });
  const beside = make("a", { href }, `strongest neuron ${strongest}`);
  const links = [...neighbours(state, "feature", member.order.feature, feature), beside];
  const figures = featureFigures(member, feature);
  return showOne(state, "feature", feature, member.words.feature[feature], links, FEATURE, figures, { strongest });
}
