// Pictures: Python says how each looks on an example, and here the numbers of another neuron or step take their place.

class Picture {
  constructor(name, wide = false) {
    this.heading = make("h3");
    this.plot = make("div", { class: "plot", role: "img" });
    this.caption = make("figcaption");
    this.table = { name, columns: [], rows: [] };
    this.details = tableDetails("data as a table", () => this.table());
    const parts = [this.heading, make("div", { class: "box" }, this.plot), this.caption, this.details];
    this.element = make("figure", wide ? { class: "wide", "data-name": name } : { "data-name": name }, ...parts);
    this.name = name;
  }

  // Draws {data, layout} under its title, with a sentence for whoever cannot see it; `table` defaults to what is drawn.
  show(title, figure, sentence, table = null) {
    this.heading.textContent = title;
    this.caption.textContent = sentence;
    this.plot.setAttribute("aria-label", `${title}. ${sentence}`);
    this.table = table || (() => tableOfFigure(this.name, figure));
    this.details.refill();
    const layout = { ...figure.layout, template: INDEX.template, title: undefined };
    layout.margin = { ...layout.margin, t: 15 };
    const drawn = Plotly.react(this.plot, figure.data, layout, INDEX.config);
    if (this.onClick && !this.clickable) this.plot.on("plotly_click", ({ points }) => this.onClick(points[0]));
    this.clickable = true;
    return drawn;
  }
}

// The example with these traces' parts replaced, by name; a part of a marker is merged into it.
function withTraces(example, traces) {
  const names = new Set(example.data.map(({ name }) => name));
  const unknown = Object.keys(traces).filter((name) => !names.has(name));
  if (unknown.length) throw new Error(`a picture has no trace ${unknown.join(", ")}`);
  const data = example.data.map((trace) => {
    const change = traces[trace.name] || {};
    return { ...trace, ...change, marker: { ...trace.marker, ...change.marker } };
  });
  return { data, layout: example.layout };
}

function signedBars(values) {
  return { positive: { y: values.map((v) => Math.max(v, 0)) }, negative: { y: values.map((v) => Math.min(v, 0)) } };
}

function magnitudeBars(values, strongest) {
  return { every: { y: values }, strongest: { x: [strongest], y: [values[strongest]] } };
}

function answerTraces(member, feature, neuron) {
  const { neuron: who, amplitude, output, change } = member.kinks[feature];
  const dots = (chosen) => {
    const places = who.map((_, place) => place).filter((place) => chosen(who[place]));
    const pick = (values) => places.map((place) => values[place]);
    return { x: pick(amplitude), y: pick(output), customdata: places.map((place) => [who[place], change[place]]) };
  };
  const line = column(member.matrices.answers, feature);
  return { answer: { y: line }, bends: dots((n) => n !== neuron), "own bends": dots((n) => n === neuron) };
}

function neuronFigures(member, neuron) {
  const { matrices, history, figures, favourite } = member;
  const feature = favourite[neuron];
  const text = column(history.favourite, neuron).map((f, at) => `step ${history.step[at]}, favourite feature ${f}`);
  const over = (values) => ({ y: column(values, neuron), text });
  const training = { score: over(history.score), bias: over(history.bias) };
  return {
    responses: withTraces(figures.neuron.responses, magnitudeBars(row(matrices.responses, neuron), feature)),
    answer: withTraces(figures.neuron.answer, answerTraces(member, feature, neuron)),
    incoming: withTraces(figures.neuron.incoming, signedBars(row(matrices.incoming, neuron))),
    outgoing: withTraces(figures.neuron.outgoing, signedBars(row(matrices.outgoing, neuron))),
    training: withTraces(figures.neuron.training, training),
  };
}

function featureFigures(member, feature) {
  const { matrices, figures, strongest } = member;
  const responses = magnitudeBars(column(matrices.responses, feature), strongest[feature]);
  return {
    responses: withTraces(figures.feature.responses, responses),
    answer: withTraces(figures.feature.answer, answerTraces(member, feature, null)),
    outputs: withTraces(figures.feature.outputs, signedBars(row(matrices.outputs, feature))),
    training: withTraces(figures.feature.training, { "best score": { y: column(matrices.best, feature) } }),
  };
}

// The three pictures of a member at the record in this place of its frames.
function memberFigures(member, place) {
  const { frames, history, order, figures } = member;
  const at = frames.place[place], map = frames.map[place];
  const [score, bias, favourite] = ["score", "bias", "favourite"].map((name) => row(history[name], at));
  const across = order.neuron.map((_, position) => position);
  const inOrder = (values) => order.neuron.map((neuron) => values[neuron]);
  const placeOf = new Map(order.feature.map((feature, position) => [feature, position]));
  const dots = { x: map ? [] : across, y: map ? [] : inOrder(favourite).map((feature) => placeOf.get(feature)) };
  const traces = {
    map: { z: map ? mapOf(map, order) : [] },
    favourites: { ...dots, marker: { color: inOrder(score) } },
    score: { x: across, y: inOrder(score) },
  };
  const biases = inOrder(bias);
  for (const { name, x } of figures.map.data) traces[name] ??= { y: x.map((position) => biases[position]) };
  const loss = figures.loss.data.find((trace) => trace.name === "task loss"); // one value for every record
  return {
    map: withTraces(figures.map, traces),
    score: withTraces(figures.score, { scores: { x: [...score].sort((a, b) => a - b) } }),
    loss: withTraces(figures.loss, { now: { x: [loss.x[at]], y: [loss.y[at]] } }),
  };
}

// Every neuron at the record in this place, as the table under the map.
function recordTable(member, place) {
  const { frames, history, order } = member;
  const at = frames.place[place];
  const [score, bias, favourite] = ["score", "bias", "favourite"].map((name) => row(history[name], at));
  const rows = order.neuron.map((neuron) => [neuron, score[neuron], bias[neuron], favourite[neuron]]);
  const name = `member ${member.number} step ${frames.step[place]}`;
  return { name, columns: ["neuron", "score", "bias", "favourite feature"], rows };
}
