// Every member of a run as a point, any measure against any setting or other measure; and the run's tables.

import { button, control, count, linkedRow, make, select, tableBox, tableDetails } from "./dom.js";
import { INDEX, isHeld, piece } from "./data.js";
import { addressOf, go, state } from "./address.js";
import { Picture, panels } from "./picture.js";
import { startLine } from "./finder.js";

const SCATTER = new Picture("scatter", { isWide: true, onClick: pick });
const SWEEP = new Picture("sweep", { isWide: true });
const GREY = "#777777";
const HIDDEN = new Set(); // values of the colour whose members are not drawn

function pick({ customdata }) {
  if (customdata !== undefined && isHeld(state.run, customdata)) go({ view: "member", member: customdata, neuron: null, feature: null });
}

function axesNow(run) {
  const name = (what) => state[what] ?? run.chosen[what];
  const axis = (what) => run.axes.find((one) => one.name === name(what)) ?? null;
  return { x: axis("x"), y: axis("y"), colour: axis("colour") };
}

// The arrays to draw from: those recorded in training, or if that is not enough, all.
async function arraysFor(run, axes) {
  const known = (axis) => !axis || axis.name in run.measured.columns;
  if (Object.values(axes).every(known)) return run.measured;
  return (await piece(`tables-${state.run}`)).measured;
}

function memberTrace(run, { columns }, { x, y }, members, colours) {
  return {
    type: "scatter", mode: "markers", name: "members",
    x: members.map((m) => columns[x.name][m]), y: members.map((m) => columns[y.name][m]), customdata: members,
    text: members.map((m) => `member ${m}: ${run.labels[m]}`), marker: { size: 8, color: colours, opacity: 0.5 },
    hovertemplate: `%{text}<br>${x.title} %{x:.4g}<br>${y.title} %{y:.4g}<extra></extra>`,
  };
}

// Means of settings, with intervals for what is measured.
function settingTrace({ over_seeds: means }, { x, y }, settings, colours) {
  const of = (name) => settings.map((s) => means[name][s]);
  const bars = ({ name, setting }) => {
    if (setting || !(`${name}_low` in means)) return undefined;
    const away = (end) => settings.map((s) => Math.abs((means[`${name}_${end}`][s] ?? means[name][s]) - means[name][s]));
    return { type: "data", array: away("high"), arrayminus: away("low"), color: GREY, thickness: 1.5, width: 4 };
  };
  return {
    type: "scatter", mode: "markers", name: "settings", hoverinfo: "skip", x: of(x.name), y: of(y.name),
    error_x: bars(x), error_y: bars(y), marker: { size: 12, color: colours, symbol: "diamond" },
  };
}

function rings(members, { columns }, { x, y }) {
  const drawn = members.filter((m) => m !== null && !columns.diverged[m]);
  return {
    type: "scatter", mode: "markers+text", hoverinfo: "skip", cliponaxis: false,
    x: drawn.map((m) => columns[x.name][m]), y: drawn.map((m) => columns[y.name][m]), text: drawn.map((m) => `member ${m}`),
    textposition: "top center", marker: { size: 16, color: "rgba(0,0,0,0)", line: { width: 2, color: GREY } },
  };
}

const shadesOf = (run, { colour }) => (colour && run.shades[colour.name]) || [];

// All dots are one trace, and all means: plotly takes ten times as long for a trace, and a line of its legend, for each colour.
function scatterFigure(run, arrays, axes) {
  const { columns, of_setting: ofSetting } = arrays, shades = new Map(shadesOf(run, axes));
  const valueOf = (m) => columns[axes.colour?.name]?.[m], shadeOf = (m) => shades.get(valueOf(m)) ?? "#0072B2";
  const members = ofSetting.map((_, m) => m).filter((m) => !columns.diverged[m] && !HIDDEN.has(valueOf(m)));
  const shadeOfSetting = new Map(members.map((m) => [ofSetting[m], shadeOf(m)]));
  const data = [
    memberTrace(run, arrays, axes, members, members.map(shadeOf)), settingTrace(arrays, axes, [...shadeOfSetting.keys()], [...shadeOfSetting.values()]),
    rings([state.member, state.beside], arrays, axes),
  ];
  const axis = ({ title, axis: own }) => ({ ...own, title: { text: title }, automargin: true });
  const layout = { height: 480, hovermode: "closest", showlegend: false, margin: { l: 60, r: 15, b: 45 } };
  return { data, layout: { ...layout, xaxis: axis(axes.x), yaxis: axis(axes.y) } };
}

// What each colour stands for: a click hides its members, or shows them again.
function legendOf(run, axes) {
  const flip = (value) => ({ target }) => {
    target.setAttribute("aria-pressed", String(HIDDEN.delete(value) || !HIDDEN.add(value)));
    return go({}, true);
  };
  const shades = shadesOf(run, axes);
  return shades.length < 2 ? [] : shades.map(([value, colour, label]) =>
    button(label, flip(value), { "aria-pressed": String(!HIDDEN.has(value)), style: `--shade: ${colour}` }));
}

function scatterWords({ columns }, { x, y }) {
  const lost = columns.diverged.filter(Boolean).length;
  const words = `${y.title} against ${x.title}. Dots are members: click one to open it. Diamonds are means of a setting with 95% t intervals over seeds.`;
  return lost ? `${words} ${count(lost, "diverged member")} left out.` : words;
}

function scatterTable(run, { columns }, { x, y, colour }) {
  const names = [...new Set([colour, x, y].filter(Boolean).map(({ name }) => name))];
  const rows = run.labels.map((label, m) => [m, label, ...names.map((name) => columns[name][m])]);
  return { name: `${run.name} ${y.name} against ${x.name}`, columns: ["member", "setting", ...names], rows };
}

function chooser(run, axes) {
  const settings = run.axes.filter(({ setting }) => setting), measures = run.axes.filter(({ setting }) => !setting);
  const options = (list) => list.map(({ name, title }) => [name, title]);
  const pickAxis = (what) => (value) => go({ [what]: value === run.chosen[what] ? null : value }, true);
  const controls = [
    control("vertical axis", select(options(measures), axes.y.name, pickAxis("y"), { id: "y" })),
    control("horizontal axis", select(options([...settings, ...measures]), axes.x.name, pickAxis("x"), { id: "x" })),
  ];
  if (settings.length) controls.push(control("colour", select(options(settings), axes.colour?.name, pickAxis("colour"), { id: "colour" })));
  return controls;
}

export const sweepView = {
  key: () => `sweep ${state.run}`,
  make() {
    const run = INDEX.runs[state.run];
    if (run.fault) return [make("h1", {}, run.name)];
    const members = tableBox(() => run.members, (line, [number]) => {
      if (isHeld(state.run, number)) linkedRow(line, addressOf({ ...state, view: "member", member: number }));
    });
    members.dataset.name = "members";
    members.refill();
    this.controls = make("div", { class: "controls" });
    this.legend = make("div", { class: "legend", role: "group", "aria-label": "colours" });
    this.more = make("div", {}, make("p", { class: "note" }, "Reading all measures …"));
    return [
      make("h1", {}, run.name), startLine("Every dot is a [member]. Pick axes, then click a dot, or a row of the table, to open its network."),
      make("p", {}, run.words), make("p", { class: "note", id: "thinned" }, run.thinned), this.controls,
      this.legend, panels({ SCATTER }), make("h2", {}, "Members"), members, this.more,
    ];
  },
  async show(isCurrent) {
    const run = INDEX.runs[state.run];
    if (run.fault) throw new Error(run.fault);
    const axes = axesNow(run), arrays = await arraysFor(run, axes);
    if (!isCurrent()) return;
    const focused = document.activeElement?.id;
    this.controls.replaceChildren(...chooser(run, axes));
    if (["x", "y", "colour"].includes(focused)) document.getElementById(focused).focus();
    if (this.legend.dataset.of !== axes.colour?.name) {
      HIDDEN.clear();
      this.legend.replaceChildren(...legendOf(run, axes));
    }
    this.legend.dataset.of = axes.colour?.name;
    const table = () => scatterTable(run, arrays, axes);
    await SCATTER.show(`${axes.y.title} against ${axes.x.title}`, scatterFigure(run, arrays, axes), scatterWords(arrays, axes), table);
    this.showMore(run, isCurrent);
  },
  // Every measure takes a while where parameters have to be read: the view does not wait for it.
  async showMore(run, isCurrent) {
    const found = await piece(`tables-${state.run}`).catch(({ message }) => ({ message }));
    if (!isCurrent() || this.more.dataset.run === run.name) return;
    this.more.dataset.run = run.name;
    if (found.message) return this.more.replaceChildren(make("p", { class: "note" }, found.message));
    const { sweep, tables } = found, titled = (table) => table.name.slice(run.name.length + 1);
    this.more.replaceChildren(panels({ SWEEP }), ...tables.map((table) => tableDetails(titled(table), () => table)));
    await SWEEP.show(sweep.heading, sweep.figure, sweep.note, () => tables[0]);
  },
};
